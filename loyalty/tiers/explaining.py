"""Why a client stands in a tier, in plain figures of the policy: for the client, who may ask for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from kernel import clock
from kernel.errors import Refused
from loyalty.tiers import policies
from loyalty.tiers.models import Standing


@dataclass(frozen=True)
class Explanation:
    """The tier, since when, the month that decided, the threshold in fen, on what basis, and months below it so far."""

    name: str
    since_on: date
    month: date
    threshold_fen: int
    basis: str
    months_below: int
    grace_months: int


async def of(client_id: int) -> Explanation | None:
    """The client's own tier explained; None without one, or when its policy is no longer in force."""
    standing = await Standing.get_or_none(client_id=client_id)
    if standing is None:
        return None
    try:
        _number, policy = await policies.in_force(clock.today())
    except Refused:
        return None
    tier = next((one for one in policy.tiers if one.code == standing.tier), None)
    if tier is None:
        return None
    return Explanation(
        tier.name,
        standing.since_on,
        standing.reviewed_month,
        tier.threshold_fen,
        policy.basis,
        standing.months_below,
        tier.grace_months,
    )
