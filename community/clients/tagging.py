"""The bank's own tags on clients."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from kernel import database
from staff.models import Staff

KEEP_TAG = """
INSERT INTO tag (name, group_name) VALUES ($1, $2)
ON CONFLICT (name) DO UPDATE SET group_name = coalesce(nullif(tag.group_name, ''), excluded.group_name)
RETURNING id
"""
ADD = """
WITH known AS (
  UPDATE client_tag SET is_ours = true WHERE client_id = ANY($1::bigint[]) AND tag_id = $2 AND NOT is_ours
)
INSERT INTO client_tag (client_id, tag_id) SELECT id, $2 FROM unnest($1::bigint[]) AS who(id)
ON CONFLICT (client_id, tag_id) DO NOTHING RETURNING client_id
"""
REMOVE = """
DELETE FROM client_tag USING tag
WHERE tag.id = client_tag.tag_id AND tag.name = $2 AND client_id = ANY($1::bigint[])
RETURNING client_id
"""


async def add(client_ids: Sequence[int], name: str, *, group_name: str = "", by: Staff | None = None) -> list[int]:
    """Put a tag on clients, made when it is new; returns those who did not have it."""
    async with database.transaction():
        tag_id = await database.fetch_value(KEEP_TAG, name, group_name)
        changed = [row["client_id"] for row in await database.fetch(ADD, list(client_ids), tag_id)]
        await timeline.record_many(changed, "tag.added", by=by, tag=name)
        return changed


async def remove(client_ids: Sequence[int], name: str, *, by: Staff | None = None) -> list[int]:
    """Take a tag off clients; returns those who had it."""
    async with database.transaction():
        changed = [row["client_id"] for row in await database.fetch(REMOVE, list(client_ids), name)]
        await timeline.record_many(changed, "tag.removed", by=by, tag=name)
        return changed
