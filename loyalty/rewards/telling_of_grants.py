"""Telling clients what they were granted: once each, in the day's hours, by the channel that reaches them."""

from __future__ import annotations

from datetime import datetime, timedelta

from community.sending import telling
from kernel import clock, database
from loyalty.rewards import periods
from loyalty.rewards.kinds import registry
from loyalty.rewards.models import Benefit, Grant

FROM_HOUR, UNTIL_HOUR = 9, 21
WORTH_TELLING = timedelta(days=30)
BATCH = 200
UNTOLD = """
SELECT id FROM grant_ WHERE told_at IS NULL AND state = 'granted' AND created_at > $1 AND id > $2 ORDER BY id LIMIT $3
"""


async def tell_waiting() -> int:
    """Tell every client who was not told yet; whom nothing reaches is tried again for 30 days. Returns how many."""
    if not FROM_HOUR <= clock.local(clock.now()).hour < UNTIL_HOUR:
        return 0
    told, last = 0, 0
    benefits = {benefit.id: benefit for benefit in await Benefit.all()}
    while rows := await database.fetch(UNTOLD, clock.now() - WORTH_TELLING, last, BATCH):
        last = rows[-1]["id"]
        for grant in await Grant.filter(id__in=[row["id"] for row in rows], told_at=None).order_by("id"):
            told += await _tell(grant, benefits[grant.benefit_id])
    return told


def _soon() -> datetime:
    # due now, each of thousands would wake the urgent worker, in front of new contacts who wait for their welcome;
    # due in a moment, the clock's next round finds them all
    return clock.now() + timedelta(seconds=1)


async def _tell(grant: Grant, benefit: Benefit) -> bool:
    until = periods.last_day(grant.period)
    text = (
        f"您有一项新权益\n{benefit.name}，{registry.of(benefit).thanks(benefit)}，"
        f"{until.year}年{until.month}月{until.day}日前有效。"
    )
    async with database.transaction():
        # the key makes a second telling of the same grant the first one again
        channel = await telling.tell(grant.client_id, text, key=f"grant:{grant.id}", step="benefit", due_at=_soon())
        if channel:
            await Grant.filter(id=grant.id, told_at=None).update(told_at=clock.now())
    return bool(channel)
