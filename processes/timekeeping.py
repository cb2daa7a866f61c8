"""How the timetable is kept: the leading clock only publishes wake-ups, a worker does the job and records the run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from kernel import clock, logs, tasks
from kernel.models import JobRun
from processes import leadership

RECORD_EVERY = 60.0
"""A job that runs more often than once in so many seconds leaves one row in that time; a failure always leaves one."""

_log = logs.get(__name__)
_recorded: dict[str, float] = {}


@dataclass(frozen=True)
class Job:
    """One line of the timetable. A daily job that was missed is caught up by the next leader, once."""

    name: str
    when: IntervalTrigger | CronTrigger
    work: Callable[[], Awaitable[object]]
    queue: str

    @property
    def seconds(self) -> float:
        """Between two runs; 0 for a job of the calendar."""
        return float(self.when.interval.total_seconds()) if isinstance(self.when, IntervalTrigger) else 0.0


def every(*, hours: int = 0, minutes: int = 0, seconds: int = 0) -> IntervalTrigger:
    """An even interval."""
    return IntervalTrigger(hours=hours, minutes=minutes, seconds=seconds, timezone=clock.SHANGHAI)


def daily(at: str) -> CronTrigger:
    """Each day at a Shanghai wall time such as 02:30."""
    hour, minute = at.split(":")
    return CronTrigger(hour=hour, minute=minute, timezone=clock.SHANGHAI)


def job(name: str, when: IntervalTrigger | CronTrigger, work: Any, queue: str = "") -> Job:
    """A line of the timetable: `work` is a task (then its queue counts) or any verb without arguments."""
    if isinstance(work, tasks.Task):
        return Job(name, when, work.function, queue or work.queue)
    return Job(name, when, work, queue or "default")


def wakeups(jobs: Sequence[Job]) -> dict[str, tasks.Task[[]]]:
    """The Celery task of each job by name; importing the timetable in a worker makes them known there."""
    return {one.name: tasks.task(one.queue)(_recording(one)) for one in jobs}


async def keep(jobs: Sequence[Job], wakes: dict[str, tasks.Task[[]]], url: str, stop: asyncio.Event) -> None:
    """Lead when nobody else does, and then publish each job's wake-up in time; returns when told to stop."""
    while not stop.is_set():
        line = await leadership.gain(url, stop)
        if line is None:
            return
        _log.info("clock.leads")
        scheduler = AsyncIOScheduler(timezone=clock.SHANGHAI)
        for one in jobs:
            scheduler.add_job(_publish, one.when, [one, wakes[one.name]], coalesce=True, misfire_grace_time=3600)
        try:
            await _catch_up(line, jobs, wakes)
            scheduler.start()
            await leadership.hold(line, stop)
        finally:
            if scheduler.running:
                scheduler.shutdown(wait=False)
            await leadership.resign(line)
            _log.info("clock.resigned")


def is_missed(one: Job, last: datetime | None, now: datetime) -> bool:
    """Whether a job of the calendar should have run after its last run; one that never ran waits for its time."""
    if one.seconds or last is None:
        return False
    due = one.when.get_next_fire_time(None, last + timedelta(seconds=1))
    return due is not None and due <= now


async def _catch_up(line: leadership.Line, jobs: Sequence[Job], wakes: dict[str, tasks.Task[[]]]) -> None:
    rows = await line.fetch("SELECT job, max(started_at) AS last FROM job_run GROUP BY job")
    last = {row["job"]: row["last"] for row in rows}
    for one in jobs:
        if is_missed(one, last.get(one.name), clock.now()):
            _log.info("clock.catches_up", job=one.name)
            await _publish(one, wakes[one.name])


async def _publish(one: Job, wake: tasks.Task[[]]) -> None:
    # an unheard wake-up of a frequent job is worth nothing once the next one is out
    wake.wake(within=max(one.seconds * 2, 5.0) if one.seconds else 86_400.0)


def _recording(one: Job) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        began = clock.now()
        try:
            await one.work()
        except Exception as error:
            await _record(one, began, "failed", logs.told(error)[:500])
            raise
        if time.monotonic() - _recorded.get(one.name, -RECORD_EVERY) >= RECORD_EVERY or not one.seconds:
            _recorded[one.name] = time.monotonic()
            await _record(one, began, "done", "")

    run.__name__ = one.name
    run.__doc__ = f"The job {one.name} of the timetable."
    return run


async def _record(one: Job, began: datetime, outcome: str, detail: str) -> None:
    await JobRun.create(
        job=one.name, started_at=began, finished_at=clock.now(), outcome=outcome, detail=logs.mask_text(detail)
    )
