"""The whole timetable on one page: the name of each job, when it runs (Shanghai), and which ability it wakes."""

from __future__ import annotations

import asyncio
import logging
import signal

from kernel import logs, settings, tasks
from processes import timekeeping
from processes.timekeeping import every, job
from web import session

TIMETABLE = (job("forget-sessions", every(minutes=15), session.forget_old),)

WAKEUPS = timekeeping.wakeups(TIMETABLE)


def run() -> None:
    """Keep time until told to stop; of several clocks one leads and the others wait."""
    wanted = settings.get()
    logs.start("clock", wanted.log_level)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    tasks.connect(wanted.redis_url)
    asyncio.run(_keep_until_stopped(wanted.database_url))


async def _keep_until_stopped(url: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(one, stop.set)
    await timekeeping.keep(TIMETABLE, WAKEUPS, url, stop)
