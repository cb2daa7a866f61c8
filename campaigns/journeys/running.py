"""A journey under way: paused, resumed, closed to newcomers, ended. The streams of its versions are the taps."""

from __future__ import annotations

from campaigns.journeys import drafting, listing, versions
from campaigns.journeys.models import Journey
from community.sending import streams
from kernel import clock, database, logs
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff

SUBJECT = drafting.SUBJECT
MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "pause": (("running", "closing"), "paused"),
    "resume": (("paused",), "running"),
    "close": (("running",), "closing"),
    "reopen": (("closing",), "running"),
    "end": (("draft", "running", "closing", "paused"), "ended"),
}
VERBS = {"pause": "暂停", "resume": "继续", "close": "停止进人", "reopen": "恢复进人", "end": "结束"}
STOP = """
UPDATE journey_entry SET state = 'stopped', end_reason = 'journey_ended', ended_at = $2
WHERE journey_id = $1 AND state = 'active'
"""
DROP_TASKS = "UPDATE staff_task SET state = 'dropped', done_at = $2 WHERE journey_id = $1 AND state = 'open'"


async def pause(journey_id: int, reason: str, by: Staff) -> Journey:
    """Nobody enters and nothing is done or sent; when this returns no further call begins."""
    async with database.transaction():
        journey = await _move(journey_id, "pause", by, "campaigns.stop")
        journey.hold_reason = reason.strip()[:200]
        await journey.save(update_fields=["state", "hold_reason"])
        for stream_id in await versions.stream_ids(journey_id):
            await streams.close_stream(stream_id, journey.hold_reason or "旅程已暂停")
        await audit.record(by, "journey.paused", SUBJECT, journey_id, reason=logs.mask_text(journey.hold_reason))
    return journey


async def resume(journey_id: int, by: Staff) -> Journey:
    """Go on where it stopped. Who would have entered meanwhile does, as far as the journey lets late ones in."""
    async with database.transaction():
        journey = await _move(journey_id, "resume", by, "campaigns.edit")
        journey.hold_reason = ""
        await journey.save(update_fields=["state", "hold_reason"])
        for stream_id in await versions.stream_ids(journey_id):
            await streams.reopen_stream(stream_id)
        await audit.record(by, "journey.resumed", SUBJECT, journey_id)
    return journey


async def close(journey_id: int, by: Staff) -> Journey:
    """Nobody enters any more; whoever is inside goes on to the end."""
    return await _change(journey_id, "close", by, "campaigns.stop", "journey.closed")


async def reopen(journey_id: int, by: Staff) -> Journey:
    """Let clients in again; facts from meanwhile count as far as the journey lets late ones in."""
    return await _change(journey_id, "reopen", by, "campaigns.edit", "journey.reopened")


async def end(journey_id: int, reason: str, by: Staff) -> Journey:
    """Stop for good: everybody inside leaves, what waits to be sent is skipped, open tasks of staff are dropped."""
    async with database.transaction():
        journey = await _move(journey_id, "end", by, "campaigns.stop")
        journey.hold_reason, journey.ended_at = reason.strip()[:200], clock.now()
        await journey.save(update_fields=["state", "hold_reason", "ended_at"])
        await drafting.void_question(journey, "旅程已结束")
        await database.execute(STOP, journey_id, clock.now())
        await database.execute(DROP_TASKS, journey_id, clock.now())
        for stream_id in await versions.stream_ids(journey_id):
            await streams.cancel_stream(stream_id, journey.hold_reason or "旅程已结束")
        await audit.record(by, "journey.ended", SUBJECT, journey_id, reason=logs.mask_text(journey.hold_reason))
    return journey


def may(verb: str, state: str) -> bool:
    """Whether a journey in this state allows the verb."""
    return state in MOVES[verb][0]


async def _change(journey_id: int, verb: str, by: Staff, permission: str, action: str) -> Journey:
    async with database.transaction():
        journey = await _move(journey_id, verb, by, permission)
        await journey.save(update_fields=["state"])
        await audit.record(by, action, SUBJECT, journey_id)
    return journey


async def _move(journey_id: int, verb: str, by: Staff, permission: str) -> Journey:
    permissions.require(by, permission)
    journey = await listing.lock(journey_id, by)
    origins, target = MOVES[verb]
    if journey.state not in origins:
        name = listing.STATES[journey.state]
        raise Refused(f"旅程{name}，不能{VERBS[verb]}", code="journey.illegal_move", status=409)
    journey.state = target
    return journey
