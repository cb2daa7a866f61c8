"""WeCom's tags on contacts, kept as WeCom keeps them, and what follows for the clients: their tags, their timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from community.clients import timeline
from community.clients.timeline import Fact
from kernel import clock, database

MATCH = """
WITH wanted AS (
  SELECT DISTINCT g.contact_id, t.id AS corp_tag_id
  FROM unnest($2::bigint[], $3::text[]) AS g(contact_id, wecom_id)
  JOIN corp_tag t ON t.corpid = $1 AND t.wecom_id = g.wecom_id AND t.deleted_at IS NULL
), gone AS (
  DELETE FROM contact_tag c WHERE c.contact_id = ANY($4::bigint[]) AND NOT EXISTS (
    SELECT FROM wanted w WHERE w.contact_id = c.contact_id AND w.corp_tag_id = c.corp_tag_id)
  RETURNING contact_id
), come AS (
  INSERT INTO contact_tag (contact_id, corp_tag_id) SELECT contact_id, corp_tag_id FROM wanted
  ON CONFLICT (contact_id, corp_tag_id) DO NOTHING RETURNING contact_id
), moved AS (SELECT contact_id, true AS is_new FROM come UNION ALL SELECT contact_id, false FROM gone)
SELECT c.client_id, m.is_new FROM moved m JOIN contact c ON c.id = m.contact_id
"""
CHANGE = """
WITH named AS (
  SELECT id, wecom_id = ANY($3::text[]) AS is_added FROM corp_tag
  WHERE corpid = $2 AND deleted_at IS NULL AND (wecom_id = ANY($3::text[]) OR wecom_id = ANY($4::text[]))
), gone AS (
  DELETE FROM contact_tag c USING named n WHERE c.contact_id = $1 AND c.corp_tag_id = n.id AND NOT n.is_added
)
INSERT INTO contact_tag (contact_id, corp_tag_id) SELECT $1, id FROM named WHERE is_added
ON CONFLICT (contact_id, corp_tag_id) DO NOTHING
"""
SETTLE = """
WITH wanted AS (
  SELECT DISTINCT c.client_id, t.tag_id FROM contact c
    JOIN contact_tag ct ON ct.contact_id = c.id JOIN corp_tag t ON t.id = ct.corp_tag_id
  WHERE c.client_id = ANY($1::bigint[]) AND t.tag_id IS NOT NULL
), gone AS (
  DELETE FROM client_tag k WHERE k.client_id = ANY($1::bigint[]) AND NOT k.is_ours AND NOT EXISTS (
    SELECT FROM wanted w WHERE w.client_id = k.client_id AND w.tag_id = k.tag_id)
  RETURNING client_id, tag_id
), come AS (
  INSERT INTO client_tag (client_id, tag_id, is_ours) SELECT client_id, tag_id, false FROM wanted
  ON CONFLICT (client_id, tag_id) DO NOTHING RETURNING client_id, tag_id
), moved AS (
  SELECT client_id, tag_id, 'tag.added' AS kind FROM come UNION ALL SELECT client_id, tag_id, 'tag.removed' FROM gone
)
SELECT m.client_id, m.kind, t.name FROM moved m JOIN tag t ON t.id = m.tag_id ORDER BY t.name, m.client_id
"""
UNKNOWN = """
SELECT count(*) FROM (SELECT DISTINCT id FROM unnest($2::text[]) AS given(id)) g
WHERE NOT EXISTS (SELECT FROM corp_tag t WHERE t.corpid = $1 AND t.wecom_id = g.id)
"""


class Matched(NamedTuple):
    """How many tags came onto contacts, and how many went."""

    added: int = 0
    removed: int = 0


async def match(corpid: str, given: Mapping[int, Sequence[str]]) -> Matched:
    """Make the tags of these contacts those that WeCom names, by contact; a tag that we do not know is left out."""
    if not given:
        return Matched()
    pairs = [(contact_id, wecom_id) for contact_id, ids in given.items() for wecom_id in ids]
    async with database.transaction():
        contact_ids, wecom_ids = [one for one, _ in pairs], [one for _, one in pairs]
        rows = await database.fetch(MATCH, corpid, contact_ids, wecom_ids, list(given))
        await settle([row["client_id"] for row in rows])
    added = sum(row["is_new"] for row in rows)
    return Matched(added, len(rows) - added)


async def has_unknown(corpid: str, wecom_ids: Sequence[str]) -> bool:
    """Whether one of these tags is not in our copy of the corp's library: it has to be read before they are matched."""
    return bool(wecom_ids) and bool(await database.fetch_value(UNKNOWN, corpid, list(wecom_ids)))


async def change(contact_id: int, corpid: str, add: Sequence[str], remove: Sequence[str]) -> None:
    """Put corp tags on one contact and take others off, as we have just told WeCom; inside the caller's transaction."""
    await database.execute(CHANGE, contact_id, corpid, list(add), list(remove))
    await settle([await database.fetch_value("SELECT client_id FROM contact WHERE id = $1", contact_id)])


async def settle(client_ids: Sequence[int]) -> None:
    """Bring clients' tags in line with those on their contacts; what was given here stays, whatever WeCom says."""
    if not client_ids:
        return
    now = clock.now()
    rows = await database.fetch(SETTLE, sorted(set(client_ids)))
    told = [Fact(row["client_id"], row["kind"], now, {"tag": row["name"], "where": "wecom"}) for row in rows]
    await timeline.record_each(told)
