"""Thousands on their way, several dispatchers: after a stop was acknowledged only what was inside a call goes out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from community.sending import streams
from community.sending.channels.table import ONE_BY_ONE
from community.sending.models import Send
from kernel import database
from tests.community.sending import child
from tests.community.sending.staging import Stage, states, stream_of
from tests.flows import havoc
from tests.waiting import until

pytestmark = [pytest.mark.usefixtures("awake"), pytest.mark.prove, pytest.mark.timeout(1200)]
PEOPLE = 2_000 if havoc.IS_SHORT else 20_000
DISPATCHERS = 2
Stop = Callable[[int], Awaitable[object]]


async def _stopped_under_way(stage: Stage, stop: Stop) -> tuple[int, dict[str, int], int]:
    """Dispatch in several processes and stop in the middle; the stream, its people, and messages after the stop."""
    people = await stage.followers(PEOPLE)
    stream_id = await stream_of(people, "oa_service")
    # as far away as WeChat is, so that calls are open when the stop comes
    await stage.control.faults({"path": "*custom/send", "kind": "latency", "ms": 50})
    works = [asyncio.create_task(child.dispatch(stream_id, {})) for _ in range(DISPATCHERS)]

    async def a_tenth_is_out() -> bool:
        sql = "SELECT count(*) FROM send WHERE stream_id = $1 AND state = 'delivered'"
        return bool(await database.fetch_value(sql, stream_id) > PEOPLE // 10)

    await until(a_tenth_is_out, seconds=300, every=0.01)
    await stop(stream_id)
    # acknowledged: from here on only what is inside a call may still arrive
    in_flight = await Send.filter(stream_id=stream_id, state="requested").count()
    before = await Send.filter(stream_id=stream_id, state="delivered").count()
    assert await asyncio.gather(*works) == [0] * DISPATCHERS
    after = sum((await stage.reached()).values()) - before
    assert after <= in_flight <= DISPATCHERS * ONE_BY_ONE["oa_service"].at_once
    assert before + after < PEOPLE
    print(f"\n{PEOPLE:,} people, {before + after:,} reached, {after} after the stop, {in_flight} calls in flight")
    return stream_id, people, after


async def test_a_pause_while_thousands_are_sent_lets_only_calls_in_flight_end_and_a_resume_reaches_the_others_once(
    stage: Stage,
) -> None:
    stream_id, people, _ = await _stopped_under_way(stage, lambda one: streams.close_stream(one, "内容有误"))
    assert set(await states(stream_id)) == {"planned", "delivered"}
    await streams.reopen_stream(stream_id)
    works = [child.dispatch(stream_id, {}) for _ in range(DISPATCHERS)]
    assert await asyncio.gather(*works) == [0] * DISPATCHERS
    assert await stage.reached() == dict.fromkeys(people, 1)


async def test_a_cancel_while_thousands_are_sent_lets_only_calls_in_flight_end(stage: Stage) -> None:
    stream_id, _, _ = await _stopped_under_way(stage, streams.cancel_stream)
    assert set(await states(stream_id)) <= {"skipped", "delivered", "planned"}
    assert max((await stage.reached()).values()) == 1
    assert await child.dispatch(stream_id, {}) == 0
    assert sum((await stage.reached()).values()) == await Send.filter(stream_id=stream_id, state="delivered").count()
