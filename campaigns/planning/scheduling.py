"""Messages whose time becomes known only on the way: after the end of a livestream, when an event is moved."""

from __future__ import annotations

from datetime import datetime

from campaigns.planning.models import Step
from kernel import clock


async def schedule(campaign_id: int, step_code: str, due_at: datetime) -> bool:
    """Say when a waiting step is due; False when it is planned or missed already. The clock plans it then."""
    return bool(await Step.filter(campaign_id=campaign_id, code=step_code, state="waiting").update(due_at=due_at))


async def give_up(campaign_id: int, step_code: str) -> bool:
    """A waiting step can't come any more (the livestream was cancelled): missed, so that the campaign can finish."""
    missed = await Step.filter(campaign_id=campaign_id, code=step_code, state="waiting").update(
        state="missed", planned_at=clock.now()
    )
    return bool(missed)
