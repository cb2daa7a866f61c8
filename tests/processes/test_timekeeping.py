"""One leader among several clocks, wake-ups that are recorded where they are done, and missed days."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from kernel import clock
from kernel.models import JobRun
from processes import leadership, timekeeping
from processes.clock import TIMETABLE, WAKEUPS
from processes.timekeeping import daily, every, job
from tests.conftest import Servers
from tests.waiting import until


async def test_of_two_clocks_one_leads_and_the_other_takes_over(servers: Servers, db: None):
    stop = asyncio.Event()
    first = await leadership.gain(servers.database, stop)
    assert first is not None
    waiting = asyncio.ensure_future(leadership.gain(servers.database, stop))
    await asyncio.wait([waiting], timeout=1.5)
    assert not waiting.done()
    await leadership.resign(first)
    second = await asyncio.wait_for(waiting, 10)
    assert second is not None
    await leadership.resign(second)


async def test_a_leader_that_loses_its_connection_knows_and_another_leads(servers: Servers, db: None):
    stop = asyncio.Event()
    first = await leadership.gain(servers.database, stop)
    assert first is not None
    holding = asyncio.ensure_future(leadership.hold(first, stop))
    line = await asyncpg.connect(servers.database)
    await line.execute("SELECT pg_terminate_backend($1)", first.get_server_pid())
    await line.close()
    await asyncio.wait_for(holding, 10)
    second = await asyncio.wait_for(leadership.gain(servers.database, stop), 10)
    assert second is not None
    await leadership.resign(second)
    await leadership.resign(first)


async def test_a_clock_that_waits_stops_when_told(servers: Servers, db: None):
    stop = asyncio.Event()
    first = await leadership.gain(servers.database, stop)
    waiting = asyncio.ensure_future(leadership.gain(servers.database, stop))
    stop.set()
    assert await asyncio.wait_for(waiting, 10) is None
    await leadership.resign(first)


async def test_the_leading_clock_publishes_each_wake_up_in_time(servers: Servers, db: None):
    stop, heard = asyncio.Event(), []

    class Heard:
        def __init__(self, name: str) -> None:
            self.name = name

        def wake(self, within: float) -> None:
            heard.append((self.name, within))

    jobs = [job("often", every(seconds=1), _nothing), job("seldom", every(hours=1), _nothing)]
    wakes = {one.name: Heard(one.name) for one in jobs}
    keeping = asyncio.ensure_future(timekeeping.keep(jobs, wakes, servers.database, stop))  # type: ignore[arg-type]
    await until(lambda: len(heard) >= 2)
    stop.set()
    await asyncio.wait_for(keeping, 10)
    assert set(heard) == {("often", 5.0)}


async def test_a_done_job_leaves_a_row_and_a_frequent_one_only_one_in_a_minute(db: None):
    frequent, rare = job("t-frequent", every(seconds=5), _nothing), job("t-rare", daily("03:00"), _nothing)
    wakes = timekeeping.wakeups([frequent, rare])
    for _ in range(3):
        await wakes["t-frequent"].now()
        await wakes["t-rare"].now()
    assert await JobRun.filter(job="t-frequent", outcome="done").count() == 1
    assert await JobRun.filter(job="t-rare", outcome="done").count() == 3


async def test_a_failed_job_always_leaves_a_row_without_personal_data(db: None):
    async def fail() -> None:
        raise ValueError("no client 13812345678")

    wakes = timekeeping.wakeups([job("t-fails", every(seconds=5), fail)])
    for _ in range(2):
        with pytest.raises(ValueError, match="no client"):
            await wakes["t-fails"].now()
    rows = await JobRun.filter(job="t-fails", outcome="failed")
    assert [row.detail for row in rows] == ["ValueError: no client 138****5678"] * 2


def test_a_missed_day_is_caught_up_and_a_first_day_is_not():
    nightly = job("nightly", daily("03:00"), _nothing)
    now = clock.at_local(clock.today(), timekeeping.clock.local(clock.now()).time())
    assert timekeeping.is_missed(nightly, now - timedelta(days=2), now)
    assert not timekeeping.is_missed(nightly, None, now)
    assert not timekeeping.is_missed(nightly, now, now)
    assert not timekeeping.is_missed(job("often", every(seconds=5), _nothing), now - timedelta(days=2), now)


def test_every_line_of_the_timetable_has_a_name_of_its_own_and_a_wake_up():
    names = [one.name for one in TIMETABLE]
    assert len(set(names)) == len(names)
    assert list(WAKEUPS) == names


async def _nothing() -> None:
    """A job without work."""
