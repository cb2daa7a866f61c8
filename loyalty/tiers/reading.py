"""Tiers for a page: the policy in force, how many clients and how much money stand in each, and the last reviews."""

from __future__ import annotations

from dataclasses import dataclass

from kernel import clock, database
from kernel.errors import Refused
from loyalty.tiers import policies
from loyalty.tiers.models import TierPolicy, TierReview
from loyalty.tiers.rules import Policy
from staff import scope
from staff.models import Staff

# $1 months below from which a client is watched
OVERVIEW = """
SELECT s.tier, count(*) AS clients, count(*) FILTER (WHERE s.months_below >= $1::int) AS watched,
       COALESCE(sum(d.total_fen), 0)::bigint AS total_fen
FROM standing s JOIN client c ON c.id = s.client_id AND c.merged_into_id IS NULL
LEFT JOIN client_day d ON d.client_id = s.client_id AND d.day = (SELECT max(day) FROM client_day)
WHERE {scope}
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


async def overview(person: Staff) -> Overview:
    """Standings of the clients within a person's scope."""
    reviews = await TierReview.all().order_by("-month").limit(12)
    try:
        policy_id, policy = await policies.in_force(clock.today())
    except Refused:
        return Overview(None, [], reviews)
    own = scope.clients(person, first=2)
    found = await database.fetch(OVERVIEW.format(scope=own.sql), policy.watch_from, *own.arguments)
    rows = {row["tier"]: row for row in found}
    return Overview(await TierPolicy.get(id=policy_id), _lines(policy, rows), reviews)


def _lines(policy: Policy, rows: dict[str, database.Row]) -> list[TierLine]:
    nobody = {"clients": 0, "watched": 0, "total_fen": 0}
    return [
        TierLine(tier.code, tier.name, tier.threshold_fen, tier.grace_months, **_figures(rows.get(tier.code, nobody)))
        for tier in reversed(policy.tiers)
    ]


def _figures(row: database.Row) -> dict[str, int]:
    return {key: int(row[key]) for key in ("clients", "watched", "total_fen")}
