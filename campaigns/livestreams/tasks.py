"""Wake-ups for livestreams: book, cancel, follow to the end."""

from __future__ import annotations

from campaigns.livestreams import attendance, booking
from kernel.tasks import task


@task("default")
async def book(livestream_id: int) -> None:
    """Make the livestream in WeCom, once."""
    await booking.book(livestream_id)


@task("default")
async def cancel(campaign_id: int) -> None:
    """Cancel the booking of a cancelled campaign."""
    await booking.cancel(campaign_id)


@task("default")
async def follow(livingid: str) -> None:
    """Read the state of one livestream; take in who watched when it is over."""
    await attendance.follow(livingid)


@task("default")
async def sweep() -> None:
    """Wake one task for each livestream to book, to cancel or to follow: one that WeCom refuses holds back no other."""
    for livestream_id in await attendance.unbooked():
        book.later(livestream_id)
    for campaign_id in await attendance.uncancelled():
        cancel.later(campaign_id)
    for livingid in await attendance.overdue():
        follow.later(livingid)
