"""Wake-up calls of the send ledger: each looks for work by itself and is safe to run twice, and in several workers."""

from __future__ import annotations

import time

import redis

from community.sending import (
    cancelling,
    claiming,
    dispatching,
    document_reminders,
    media,
    outages,
    reconciling,
    reminding,
    results,
)
from community.suitability import kyc
from kernel import cache
from kernel.tasks import task

LIMIT = 200
TURN_S = 20.0
"""How long one wake-up keeps a worker before it queues itself again, so that streams take turns."""
URGENT_TURN_S = 2.0
URGENT_LIMIT = 40
"""Urgent work in small pieces: behind it, in the same worker, wait new contacts whose welcome has 20 seconds."""
QUEUED_S = 30


@task("urgent")
async def dispatch_urgent() -> None:
    """Send what is due outside of streams: welcomes, notices, service messages."""
    if await _work("urgent", None):
        dispatch_urgent.later()


@task("campaigns")
async def dispatch_stream(stream_id: int) -> None:
    """Send what is due of one open stream."""
    await _forget_queued(stream_id)
    # a wake-up may have lain in the queue over the outage, and come before the clock's first look
    await outages.close_stale(stream_id)
    if await _work("campaigns", stream_id):
        dispatch_stream.later(stream_id)


@task("urgent")
async def dispatch_due() -> None:
    """Every few seconds: send what is urgent, and wake one worker for each stream with due sends."""
    await outages.close_stale()
    for stream_id in await claiming.due_streams():
        if await _is_news(stream_id):
            dispatch_stream.later(stream_id)
    await _work("urgent", None)


@task("default")
async def poll_results() -> None:
    """Every few seconds: look at the jobs of members that are due for a look."""
    while await results.poll() >= results.AT_ONCE:
        pass


@task("default")
async def reconcile() -> None:
    """Every half minute: settle what a lost dispatcher left behind, and take back what was cancelled, is too late, or
    is not wanted any more.
    """
    await reconciling.reconcile()
    await cancelling.skip_strays()
    await cancelling.cancel_jobs()
    await cancelling.take_back()


@task("default")
async def cancel_jobs(stream_id: int) -> None:
    """Take the unconfirmed jobs of a cancelled stream off the members' phones."""
    await cancelling.skip_strays(stream_id)
    await cancelling.cancel_jobs(stream_id)


async def _work(lane: claiming.Lane, stream_id: int | None) -> bool:
    """Dispatch until nothing is due (False) or the turn is over (True)."""
    turn, limit = (URGENT_TURN_S, URGENT_LIMIT) if lane == "urgent" else (TURN_S, LIMIT)
    ends = time.monotonic() + turn
    while await dispatching.dispatch(limit, lane=lane, stream_id=stream_id):
        if time.monotonic() >= ends:
            return True
    return False


async def _is_news(stream_id: int) -> bool:
    # a long queue of the same wake-up would only be noise; without Redis nothing is queued anyway
    try:
        return bool(await cache.redis_client().set(f"huiliu:woken:{stream_id}", 1, nx=True, ex=QUEUED_S))
    except (redis.RedisError, OSError):
        return True


async def _forget_queued(stream_id: int) -> None:
    try:
        await cache.redis_client().delete(f"huiliu:woken:{stream_id}")
    except (redis.RedisError, OSError):
        pass


@task("default")
async def remind_staff(stream_id: int) -> None:
    """Remind the members who have not confirmed their jobs of one stream."""
    await reminding.remind(stream_id)


@task("default")
async def renew_media() -> None:
    """Once an hour: bring files to WeCom again that it would forget soon and that messages needed lately."""
    await media.renew()


@task("default")
async def follow_documents() -> None:
    """Once a day: note which clients' documents have run out, and remind directors of those that soon will."""
    await kyc.note_expired()
    await document_reminders.remind()
