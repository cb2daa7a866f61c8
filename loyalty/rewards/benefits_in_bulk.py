"""A benefit for many clients by a rule of the bank: in one statement, once per period, as far as the stock goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from community.clients import timeline
from kernel import clock, database
from loyalty.rewards import periods
from loyalty.rewards.models import Benefit

GRANT = """
INSERT INTO grant_ (client_id, benefit_id, period, cause, created_at)
SELECT c.id, $1::bigint, $2::text, $3::text, $5::timestamptz FROM client c
WHERE c.id = ANY($4::bigint[]) AND c.merged_into_id IS NULL
  AND NOT EXISTS (SELECT FROM grant_ g WHERE g.client_id = c.id AND g.benefit_id = $1 AND g.period = $2)
ORDER BY c.id LIMIT $6::bigint
ON CONFLICT (client_id, benefit_id, period) DO NOTHING RETURNING client_id
"""
HAVE = "SELECT client_id FROM grant_ WHERE benefit_id = $1 AND period = $2 AND client_id = ANY($3::bigint[])"
TAKE = "UPDATE benefit SET stock = stock - $2::int WHERE id = $1"


@dataclass(frozen=True)
class Made:
    """Who got it now, who had it for the period already, and whether it may be given at all."""

    granted: frozenset[int]
    had: frozenset[int]
    is_active: bool

    def reason(self, client_id: int) -> str:
        """Why a client who is not in `granted` got nothing: inactive, had_it or out_of_stock."""
        if not self.is_active:
            return "inactive"
        return "had_it" if client_id in self.had else "out_of_stock"


async def grant_as_far(benefit_id: int, client_ids: Sequence[int], *, cause: str) -> Made:
    """Grant for the present period to as many as the stock holds, in order of their number."""
    async with database.transaction():
        # locked before the grants are written, as a review does: the two never wait for each other in a ring
        benefit = await Benefit.filter(id=benefit_id).select_for_update().first()
        if benefit is None or not benefit.is_active:
            return Made(frozenset(), frozenset(), False)
        period = periods.name_of(benefit.period, clock.today())
        have = await database.fetch(HAVE, benefit_id, period, list(client_ids))
        rows = await database.fetch(GRANT, benefit_id, period, cause, list(client_ids), clock.now(), benefit.stock)
        made = [row["client_id"] for row in rows]
        await database.execute(TAKE, benefit_id, len(made))
        await timeline.record_many(made, "benefit.granted", benefit=benefit.code, period=period)
    return Made(frozenset(made), frozenset(row["client_id"] for row in have), True)
