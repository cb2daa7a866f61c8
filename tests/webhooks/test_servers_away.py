"""Servers that are really away: without Redis everything is taken and handled later, without PostgreSQL nothing is."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from kernel import clock, database, keyring, settings, tasks
from processes import embedded
from processes.embedded import Server
from tests.conftest import Servers
from tests.webhooks.calling import Caller
from webhooks import committing
from webhooks import tasks as handling
from webhooks.models import Callback

SCAN = {"Event": "SCAN", "EventKey": "branch-42"}


@pytest.fixture
def redis_gone(servers: Servers) -> Iterator[None]:
    """A broker that was there and is not any more."""
    with tempfile.TemporaryDirectory(prefix="huiliu-away-") as folder:
        Path(folder).chmod(0o755)
        redis = embedded.start_redis(Path(folder), durable=False)
        tasks.connect(redis.url)
        redis.stop()
        yield
        tasks.connect(servers.redis)


@dataclass
class Bank:
    """A PostgreSQL of this test's own, and the intake that stores into it."""

    postgres: Server
    caller: Caller

    async def stored(self) -> int:
        """How many callbacks it holds, asked over a line of its own."""
        line = await asyncpg.connect(self.postgres.url)
        try:
            return int(await line.fetchval("SELECT count(*) FROM callback"))
        finally:
            await line.close()


@pytest.fixture(scope="module")
def own_server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="huiliu-away-") as folder:
        Path(folder).chmod(0o755)
        postgres = embedded.start_postgres(Path(folder), durable=False)
        # in a process of its own: migrating takes over the one connection that the ORM knows
        program = f"import asyncio\nfrom processes import migrating\nasyncio.run(migrating.migrate({postgres.url!r}))"
        subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
        try:
            yield postgres
        finally:
            postgres.stop()


@pytest.fixture
async def own_database(db: None, own_server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bank]:
    monkeypatch.setattr(committing, "ANSWER_WITHIN_S", 2.0)
    monkeypatch.setenv("HUILIU_DATABASE_URL", own_server.url)
    settings.forget()
    bank = Bank(own_server, Caller())
    if own_server.process.poll() is not None:
        own_server.start()
    line = await asyncpg.connect(own_server.url)
    await line.execute("TRUNCATE callback")
    await line.close()
    # each database has keys of its own: neither's may seal what the other's must open
    keyring.forget()
    await keyring.open_ring(())
    yield bank
    await bank.caller.intake.commits.drain()
    monkeypatch.undo()
    settings.forget()
    keyring.forget()


async def test_without_redis_callbacks_are_accepted_stored_and_handled_by_the_sweeper(
    wechat: Caller, redis_gone: None
) -> None:
    began = time.monotonic()
    answers = await asyncio.gather(*(wechat.account_event(f"o{n}", **SCAN) for n in range(50)))
    assert {status for status, _ in answers} == {200}
    assert time.monotonic() - began < 5
    assert await Callback.filter(state="received").count() == 50
    with clock.frozen(clock.now() + timedelta(seconds=6)):
        await handling.sweep_messages.now()
    assert await Callback.filter(state="handled").count() == 50


async def test_wake_ups_that_nobody_takes_stay_few_in_memory(wechat: Caller, redis_gone: None) -> None:
    lane = wechat.intake.commits._wakings["callbacks"]
    for number in range(50_000):
        lane.add(number)
    assert len(lane._ids) <= 20_000


async def test_without_postgresql_wechat_hears_an_error_in_time_and_nothing_is_half_stored(own_database: Bank) -> None:
    at = int(time.time())
    assert (await own_database.caller.account_event("o1", at, **SCAN))[0] == 200
    own_database.postgres._end(10)
    began = time.monotonic()
    answers = await asyncio.gather(*(own_database.caller.account_event(f"p{n}", at, **SCAN) for n in range(20)))
    assert {status for status, _ in answers} == {503}
    assert time.monotonic() - began < 4
    own_database.postgres.start()
    assert await own_database.stored() == 1
    # WeChat calls again
    again = await asyncio.gather(*(own_database.caller.account_event(f"p{n}", at, **SCAN) for n in range(20)))
    assert {status for status, _ in again} == {200}
    assert await own_database.stored() == 21


async def test_callbacks_wait_for_a_postgresql_that_comes_back_in_time(own_database: Bank) -> None:
    own_database.postgres._end(10)
    waiting = [asyncio.create_task(own_database.caller.account_event(f"o{n}", **SCAN)) for n in range(20)]
    await asyncio.sleep(0)
    await asyncio.to_thread(own_database.postgres.start)
    answers = await asyncio.gather(*waiting)
    assert {status for status, _ in answers} == {200}
    assert await own_database.stored() == 20


async def test_a_postgresql_that_hangs_costs_wechat_no_more_than_its_patience(own_database: Bank) -> None:
    assert (await own_database.caller.account_event("o1", **SCAN))[0] == 200
    line = await asyncpg.connect(own_database.postgres.url)
    backend = await line.fetchval(
        "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query LIKE '%INSERT INTO callback%'"
    )
    os.kill(backend, signal.SIGSTOP)
    try:
        began = time.monotonic()
        answers = await asyncio.gather(*(own_database.caller.account_event(f"p{n}", **SCAN) for n in range(5)))
        assert time.monotonic() - began < 4
    finally:
        os.kill(backend, signal.SIGCONT)
        await line.close()
    assert {status for status, _ in answers} <= {200, 503}
    # whoever heard 503 calls again, and is one row
    at = int(time.time())
    assert (await own_database.caller.account_event("p0", at, **SCAN))[0] == 200
    assert (await own_database.caller.account_event("p0", at, **SCAN))[0] == 200


async def test_more_than_fits_in_memory_is_asked_to_come_again(wechat: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(committing, "WAITING_BYTES", 2000)
    answers = await asyncio.gather(*(wechat.account_event(f"o{n}", **SCAN) for n in range(100)))
    statuses = [status for status, _ in answers]
    assert {200, 503} == set(statuses)
    assert await database.fetch_value("SELECT count(*) FROM callback") == statuses.count(200)
    assert wechat.intake.commits._bytes == 0
