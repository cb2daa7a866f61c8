"""Who looks after a client: one client director, whose branch the client then belongs to."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import timeline
from kernel import database
from kernel.errors import Refused
from staff import audit, organisation
from staff.models import Staff

ASSIGN = """
UPDATE client SET owner_id = $2, branch_id = coalesce((SELECT branch_id FROM staff WHERE id = $2), client.branch_id)
WHERE id IN (SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
  AND owner_id IS DISTINCT FROM $2 AND (NOT $3::boolean OR owner_id IS NULL)
RETURNING id
"""
OWNED = "SELECT id FROM client WHERE owner_id = $1 AND merged_into_id IS NULL ORDER BY id"
BY_OWNER = """
SELECT owner_id AS id, count(*)::int AS clients FROM client
WHERE owner_id = ANY($1::bigint[]) AND merged_into_id IS NULL GROUP BY owner_id
"""
BY_UNIT = """
SELECT branch_id AS id, count(*)::int AS clients FROM client
WHERE branch_id = ANY($1::bigint[]) AND merged_into_id IS NULL GROUP BY branch_id
"""


async def assign(client_ids: Sequence[int], staff_id: int | None, *, by: Staff | None = None) -> list[int]:
    """Give clients to a director (None: to nobody); returns those for whom it is news."""
    return await _assign(client_ids, staff_id, by, only_free=False)


async def assign_if_free(client_ids: Sequence[int], staff_id: int) -> list[int]:
    """Give those to a director whom nobody looks after yet: whom they added in WeCom first."""
    return await _assign(client_ids, staff_id, None, only_free=True)


async def hand_over(leaver: Staff, successor: Staff, *, by: Staff) -> list[int]:
    """Give all clients of one person to another; returns those who went over. Refused: to a person who left."""
    async with database.transaction():
        # held until this is written: a successor who is let go meanwhile comes before or after
        is_here = await database.fetch("SELECT 1 FROM staff WHERE id = $1 AND is_active FOR SHARE", successor.id)
        if not is_here or successor.id == leaver.id:
            raise Refused("请选择一位在职的接手人", code="ownership.successor")
        ids = [row["id"] for row in await database.fetch(OWNED, leaver.id)]
        moved = await assign(ids, successor.id, by=by)
        await audit.record(by, "clients.handed_over", "staff", leaver.id, successor=successor.id, clients=len(moved))
        return moved


async def counts_of(staff_ids: Sequence[int]) -> dict[int, int]:
    """How many clients each of these people looks after; those with none are left out."""
    return {row["id"]: row["clients"] for row in await database.fetch(BY_OWNER, list(staff_ids))}


async def counts_in(unit_ids: Sequence[int]) -> dict[int, int]:
    """How many clients belong to each of these units; those with none are left out."""
    return {row["id"]: row["clients"] for row in await database.fetch(BY_UNIT, list(unit_ids))}


async def _assign(client_ids: Sequence[int], staff_id: int | None, by: Staff | None, *, only_free: bool) -> list[int]:
    async with database.transaction():
        rows = await database.fetch(ASSIGN, list(client_ids), staff_id, only_free)
        changed = [row["id"] for row in rows]
        await timeline.record_many(changed, "owner.assigned", by=by, staff=staff_id)
        return changed


organisation.occupied_by("位客户", counts_in)
