"""What a campaign brought back: deposit return of the treated arm against the control arm, by intention to treat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from campaigns.planning.models import Campaign
from kernel import clock
from loyalty.metrics import deposit_return, measuring
from loyalty.metrics.measuring import ReturnFigures

ARMS = "SELECT client_id, arm FROM delivery WHERE campaign_id = $1 AND arm <> 'none'"
CUTS = {
    # the control group is never shown a version: each version is held against all of it
    "variant": f"{ARMS} AND (variant = $2 OR arm = 'control')",
    "tier": f"{ARMS} AND tier = $2",
    "branch": f"{ARMS} AND branch_id = (SELECT id FROM branch WHERE name = $2)",  # noqa: S608  # constants only
}
"""Ways to divide the people, with the arms of one part ($2: its name as `responses` gives it)."""
MOST_PARTS = 12


async def of(campaign: Campaign, days: int = deposit_return.DAYS, *, basis: str = "deposit") -> ReturnFigures | None:
    """Return figures of a campaign within `days` of its freeze (basis deposit or total); None before the freeze."""
    if campaign.frozen_at is None:
        return None
    return await measuring.measure(
        ARMS,
        [campaign.id],
        clock.local(campaign.frozen_at).date(),
        days,
        basis=basis,
        planned_control_share=campaign.control_percent / 100,
    )


async def by(campaign: Campaign, cut: str, parts: Sequence[str]) -> dict[str, ReturnFigures]:
    """The same for the named parts of a cut (a key of CUTS), up to a dozen of them; empty before the freeze."""
    if campaign.frozen_at is None or cut not in CUTS:
        return {}
    from_day = clock.local(campaign.frozen_at).date()
    return {
        part: await measuring.measure(CUTS[cut], [campaign.id, part], from_day)
        for part in [*parts][:MOST_PARTS]
        if part
    }


def ready_at(campaign: Campaign, days: int = deposit_return.DAYS) -> str:
    """The Shanghai day from which the figures can be complete, for the page; empty before the freeze."""
    if campaign.frozen_at is None:
        return ""
    return (clock.local(campaign.frozen_at).date() + timedelta(days=days)).isoformat()
