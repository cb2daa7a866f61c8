"""The tag library of each corp in WeCom, kept beside the bank's own tags; a deleted tag leaves a tombstone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from community.clients import contact_tags
from kernel import clock, database
from wechat import accounts, doors
from wechat.shapes import CorpTag

KNOWN = "SELECT wecom_id, name, group_id, group_name, deleted_at FROM corp_tag WHERE corpid = $1"
KEEP = """
INSERT INTO tag AS t (name, group_name, wecom_id)
SELECT DISTINCT ON (name) name, group_name, wecom_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS given(name, group_name, wecom_id) ORDER BY name, wecom_id
ON CONFLICT (name) DO UPDATE SET wecom_id = excluded.wecom_id, group_name = excluded.group_name
WHERE (t.wecom_id, t.group_name) IS DISTINCT FROM (excluded.wecom_id, excluded.group_name)
"""
FORGET = """
UPDATE tag SET wecom_id = NULL WHERE wecom_id IS NOT NULL AND wecom_id <> ALL($1::text[])
  AND NOT EXISTS (SELECT FROM corp_tag o WHERE o.wecom_id = tag.wecom_id AND o.corpid <> $2)
"""
RENAME = """
UPDATE tag t SET name = g.name
FROM (SELECT DISTINCT ON (name) name, wecom_id FROM unnest($1::text[], $2::text[]) AS given(name, wecom_id)
  ORDER BY name, wecom_id) g
WHERE t.wecom_id = g.wecom_id AND t.name <> g.name AND NOT EXISTS (SELECT 1 FROM tag o WHERE o.name = g.name)
"""
LET_GO = """
UPDATE tag t SET wecom_id = NULL FROM unnest($1::text[], $2::text[]) AS g(name, wecom_id)
WHERE t.wecom_id = g.wecom_id AND t.name <> g.name
"""
"""The new name is taken by a tag of ours: that one becomes WeCom's, the old one stays ours."""
MIRROR = """
INSERT INTO corp_tag AS o (corpid, wecom_id, name, group_id, group_name, tag_id)
SELECT $1, g.wecom_id, g.name, g.group_id, g.group_name, t.id
FROM unnest($2::text[], $3::text[], $4::text[], $5::text[]) AS g(wecom_id, name, group_id, group_name)
JOIN tag t ON t.name = g.name
ON CONFLICT (corpid, wecom_id) DO UPDATE SET name = excluded.name, group_id = excluded.group_id,
  group_name = excluded.group_name, tag_id = excluded.tag_id, deleted_at = NULL, deleted_how = ''
WHERE o.deleted_at IS NULL OR o.deleted_at < $6
"""
DELETE = """
UPDATE corp_tag SET deleted_at = $3, deleted_how = $4
WHERE corpid = $1 AND (wecom_id = ANY($2::text[]) OR group_id = ANY($2::text[])) AND deleted_at IS NULL
RETURNING id, wecom_id
"""
TAKE_OFF = """
WITH gone AS (DELETE FROM contact_tag WHERE corp_tag_id = ANY($1::bigint[]) RETURNING contact_id)
SELECT DISTINCT c.client_id FROM gone JOIN contact c ON c.id = gone.contact_id
"""
BEARERS = """
SELECT DISTINCT c.client_id FROM corp_tag t JOIN contact_tag k ON k.corp_tag_id = t.id JOIN contact c
  ON c.id = k.contact_id WHERE t.corpid = $1 AND t.wecom_id = ANY($2::text[])
"""
DOUBT = timedelta(minutes=1)
"""A tag deleted so lately is not brought back by a library that was read before."""


class Changes(NamedTuple):
    """Ids of tags that were new to us, that are gone, and that have another name or group there."""

    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    renamed: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()


async def read_tags(corpid: str = "") -> int:
    """Take over one corp's library (the primary one's without a name); how many tags there are."""
    corpid = corpid or accounts.primary("wecom").receive_id
    tags = await doors.wecom(corpid).corp_tags()
    await take(corpid, tags)
    return len(tags)


async def take(corpid: str, tags: Sequence[CorpTag]) -> Changes:
    """Make our library that of a complete list. Tags gone there stay ours, without their id."""
    names, ids = [tag.name for tag in tags], [tag.id for tag in tags]
    async with database.transaction():
        changes = _compare(await database.fetch(KNOWN, corpid), tags)
        await database.execute(RENAME, names, ids)
        await database.execute(LET_GO, names, ids)
        await database.execute(FORGET, ids, corpid)
        await database.execute(KEEP, names, [tag.group_name for tag in tags], ids)
        groups = [tag.group_id for tag in tags], [tag.group_name for tag in tags]
        await database.execute(MIRROR, corpid, ids, names, *groups, clock.now() - DOUBT)
        await delete(corpid, changes.gone, clock.now(), "gone")
        if changes.renamed:
            bearers = await database.fetch(BEARERS, corpid, list(changes.renamed))
            await contact_tags.settle([row["client_id"] for row in bearers])
    return changes


async def delete(corpid: str, ids: Sequence[str], at: datetime, how: str) -> list[str]:
    """Tags, or whole groups of tags, were deleted in WeCom: they go from every contact; the ids for which it is news.

    What the bank's own people gave to clients under that name stays.
    """
    if not ids:
        return []
    async with database.transaction():
        rows = await database.fetch(DELETE, corpid, list(ids), at, how)
        gone = [row["wecom_id"] for row in rows]
        await database.execute("UPDATE tag SET wecom_id = NULL WHERE wecom_id = ANY($1::text[])", gone)
        clients = await database.fetch(TAKE_OFF, [row["id"] for row in rows])
        await contact_tags.settle([row["client_id"] for row in clients])
        return gone


def _compare(known: Sequence[database.Row], tags: Sequence[CorpTag]) -> Changes:
    alive = {row["wecom_id"]: row for row in known if row["deleted_at"] is None}
    both = [(tag, alive[tag.id]) for tag in tags if tag.id in alive]
    regrouped = [tag for tag, row in both if (tag.group_id, tag.group_name) != (row["group_id"], row["group_name"])]
    return Changes(
        new=tuple(tag.id for tag in tags if tag.id not in alive),
        gone=tuple(sorted(set(alive) - {tag.id for tag in tags})),
        renamed=tuple(tag.id for tag, row in both if tag.name != row["name"]),
        moved=tuple(tag.id for tag in regrouped),
    )
