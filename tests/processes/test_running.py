"""`huiliu run` as a whole: it keeps its children alive, leaves nothing behind, and says what it is in one line."""

from __future__ import annotations

import contextlib
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import asyncpg
import psutil
import pytest

from tests import running
from tests.waiting import until

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[running.Instance]:
    one = running.start(tmp_path_factory.mktemp("instance") / "instance.log")
    yield one
    one.stop()


async def test_the_line_says_everything_that_a_test_needs(instance: running.Instance):
    card = instance.card
    assert set(card) == {"web", "sandbox", "sandbox_control", "database", "redis", "staff", "callbacks"}
    assert {one["role"] for one in card["staff"]} == {
        "marketing",
        "director",
        "branch_head",
        "reviewer",
        "administrator",
        "auditor",
    }
    assert [one["side"] for one in card["callbacks"]] == ["official_account", "wecom"]
    assert await _status(card["web"] + "/health/live") == 200
    assert await _status(card["sandbox_control"] + "/config") == 200


async def test_jobs_of_the_timetable_are_done_by_a_real_worker_on_its_one_loop(instance: running.Instance):
    line = await asyncpg.connect(instance.card["database"])
    try:

        async def three_jobs_twice() -> bool:
            rows = await line.fetch("SELECT job FROM job_run WHERE outcome = 'done' GROUP BY job")
            return len(rows) >= 3

        await until(three_jobs_twice, seconds=60)
        assert await line.fetch("SELECT job, detail FROM job_run WHERE outcome = 'failed'") == []
    finally:
        await line.close()


@pytest.mark.parametrize("words", [("web",), ("worker", "general"), ("clock",), ("sandbox",)], ids=" ".join)
async def test_a_killed_child_is_started_again(instance: running.Instance, words: tuple[str, ...]):
    before = instance.child(*words)
    before.kill()

    def is_back() -> bool:
        with contextlib.suppress(StopIteration):
            return instance.child(*words).pid != before.pid
        return False

    await until(is_back)
    await _until_answers(instance.card["web"] + "/health/ready")


async def test_a_killed_database_is_started_again_at_the_same_address(instance: running.Instance):
    next(one for one in instance.family() if one.name() == "postgres").kill()

    async def answers() -> bool:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            line = await asyncpg.connect(instance.card["database"], timeout=2)
            await line.close()
            return True
        return False

    await until(answers)
    await _until_answers(instance.card["web"] + "/health/ready")


async def test_it_stops_cleanly_and_removes_everything(instance: running.Instance):
    family, folders = instance.family(), instance.folders()
    assert folders
    assert instance.stop() == 0
    assert instance.told == []  # nothing but the one line
    await until(lambda: not _living(family))
    assert [folder for folder in folders if folder.exists()] == []


async def test_nothing_lives_on_when_the_supervisor_is_killed(tmp_path: Path):
    one = running.start(tmp_path / "instance.log")
    family, folders = one.family(), one.folders()
    assert len(family) > 8
    one.process.send_signal(signal.SIGKILL)
    one.process.communicate()
    await until(lambda: not _living(family), seconds=30)
    for folder in folders:  # what a killed process can't remove itself
        shutil.rmtree(folder, ignore_errors=True)


async def _until_answers(url: str) -> None:
    async def answers() -> bool:
        return await _status(url) == 200

    await until(answers, seconds=60)


async def _status(url: str) -> int:
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session, session.get(url) as answer:
            return answer.status
    return 0


def _living(family: list[psutil.Process]) -> list[psutil.Process]:
    return [one for one in family if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
