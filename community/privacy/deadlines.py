"""Until when a client's request must be answered: working days by a rule that is data."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.privacy import retention
from kernel import clock, holidays

KIND = "privacy_answer"


async def due_at(asked_at: datetime) -> datetime:
    """The end of the last working day (Shanghai) on which the answer is still in time."""
    day = clock.local(asked_at).date()
    rule = await retention.in_force(KIND)
    return clock.day_bounds(holidays.after_working_days(day, rule.days))[1] - timedelta(seconds=1)
