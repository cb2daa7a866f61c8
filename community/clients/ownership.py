"""Who looks after a client: one client director, whose branch the client then belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from kernel import database
from staff.models import Staff

ASSIGN = """
UPDATE client SET owner_id = $2, branch_id = coalesce((SELECT branch_id FROM staff WHERE id = $2), client.branch_id)
WHERE id IN (SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
  AND owner_id IS DISTINCT FROM $2 AND (NOT $3::boolean OR owner_id IS NULL)
RETURNING id
"""


async def assign(client_ids: Sequence[int], staff_id: int | None, *, by: Staff | None = None) -> list[int]:
    """Give clients to a director (None: to nobody); returns those for whom it is news."""
    return await _assign(client_ids, staff_id, by, only_free=False)


async def assign_if_free(client_ids: Sequence[int], staff_id: int) -> list[int]:
    """Give those to a director whom nobody looks after yet: whom they added in WeCom first."""
    return await _assign(client_ids, staff_id, None, only_free=True)


async def _assign(client_ids: Sequence[int], staff_id: int | None, by: Staff | None, *, only_free: bool) -> list[int]:
    async with database.transaction():
        rows = await database.fetch(ASSIGN, list(client_ids), staff_id, only_free)
        changed = [row["id"] for row in rows]
        await timeline.record_many(changed, "owner.assigned", by=by, staff=staff_id)
        return changed
