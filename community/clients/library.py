"""The tag library of WeCom, kept beside the bank's own tags."""

from __future__ import annotations

from kernel import database
from wechat import doors

KEEP = """
INSERT INTO tag AS t (name, group_name, wecom_id)
SELECT DISTINCT ON (name) name, group_name, wecom_id
FROM unnest($1::text[], $2::text[], $3::text[]) AS given(name, group_name, wecom_id) ORDER BY name, wecom_id
ON CONFLICT (name) DO UPDATE SET wecom_id = excluded.wecom_id, group_name = excluded.group_name
WHERE (t.wecom_id, t.group_name) IS DISTINCT FROM (excluded.wecom_id, excluded.group_name)
"""
FORGET = "UPDATE tag SET wecom_id = NULL WHERE wecom_id IS NOT NULL AND wecom_id <> ALL($1::text[])"
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


async def read_tags() -> int:
    """Take over names and groups of WeCom's tags; how many there are. Tags gone there stay ours, without their id."""
    tags = await doors.wecom().corp_tags()
    names, ids = [tag.name for tag in tags], [tag.id for tag in tags]
    async with database.transaction():
        await database.execute(RENAME, names, ids)
        await database.execute(LET_GO, names, ids)
        await database.execute(FORGET, ids)
        await database.execute(KEEP, names, [tag.group_name for tag in tags], ids)
    return len(tags)
