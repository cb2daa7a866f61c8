"""What a campaign brought back: deposit return of the treated arm against the control arm, by intention to treat."""

from __future__ import annotations

from datetime import timedelta

from campaigns.planning.models import Campaign
from kernel import clock
from loyalty.metrics import deposit_return, measuring
from loyalty.metrics.measuring import ReturnFigures

ARMS = "SELECT client_id, arm FROM delivery WHERE campaign_id = $1 AND arm <> 'none'"


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


def ready_at(campaign: Campaign, days: int = deposit_return.DAYS) -> str:
    """The Shanghai day from which the figures can be complete, for the page; empty before the freeze."""
    if campaign.frozen_at is None:
        return ""
    return (clock.local(campaign.frozen_at).date() + timedelta(days=days)).isoformat()
