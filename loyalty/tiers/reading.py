"""Tiers for a page: the policy in force, how many clients and how much money stand in each, and the last reviews."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import clock, database
from kernel.errors import Refused
from loyalty.tiers import policies
from loyalty.tiers.models import TierPolicy, TierReview
from loyalty.tiers.rules import Policy

# $1 branch, null for the whole bank; $2 months below from which a client is watched
OVERVIEW = """
SELECT s.tier, count(*) AS clients, count(*) FILTER (WHERE s.months_below >= $2::int) AS watched,
       COALESCE(sum(d.total_fen), 0)::bigint AS total_fen
FROM standing s JOIN client c ON c.id = s.client_id AND c.merged_into_id IS NULL
LEFT JOIN client_day d ON d.client_id = s.client_id AND d.day = (SELECT max(day) FROM client_day)
WHERE $1::bigint IS NULL OR c.branch_id = $1
GROUP BY 1
"""


@dataclass(frozen=True)
class TierLine:
    """One tier: clients in it, of them watched, their assets on the newest day, threshold and months of grace."""

    code: str
    name: str
    threshold_fen: int
    grace_months: int
    clients: int
    watched: int
    total_fen: int


@dataclass(frozen=True)
class Overview:
    """The policy in force with its tiers from high to low, and the newest reviews; `policy` None: none is loaded."""

    policy: TierPolicy | None
    tiers: list[TierLine]
    reviews: list[TierReview]


async def overview(branch_id: int | None = None) -> Overview:
    """Standings of the whole bank or of one branch."""
    reviews = await TierReview.all().order_by("-month").limit(12)
    try:
        policy_id, policy = await policies.in_force(clock.today())
    except Refused:
        return Overview(None, [], reviews)
    rows = {row["tier"]: row for row in await database.fetch(OVERVIEW, branch_id, policy.watch_from)}
    return Overview(await TierPolicy.get(id=policy_id), _lines(policy, rows), reviews)


def _lines(policy: Policy, rows: dict[str, database.Row]) -> list[TierLine]:
    nobody = {"clients": 0, "watched": 0, "total_fen": 0}
    return [
        TierLine(tier.code, tier.name, tier.threshold_fen, tier.grace_months, **_figures(rows.get(tier.code, nobody)))
        for tier in reversed(policy.tiers)
    ]


def _figures(row: database.Row) -> dict[str, int]:
    return {key: int(row[key]) for key in ("clients", "watched", "total_fen")}
