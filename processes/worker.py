"""The Celery worker: every tasks module, and in each of its children one event loop with the database open on it."""

from __future__ import annotations

import importlib
import logging
import os
import signal
from pathlib import Path
from typing import Any

from celery import signals

from kernel import cache, database, logs, settings, tasks
from processes import lifeline, registrations, schema  # noqa: F401  # registrations: imported for what it registers
from wechat import accounts, doors

PACKAGES = ("wechat", "staff", "community", "loyalty", "campaigns", "webhooks", "web")
POOL = (1, 4)
"""Connections of one child: it does one task at a time, but a task may gather several queries."""
TIME_LIMIT_SECONDS = 1800


def run(queues: list[str], concurrency: int, name: str = "worker") -> None:
    """Work until told to stop: a first SIGTERM lets tasks under way end."""
    wanted = settings.get()
    load_tasks()
    tasks.connect(wanted.redis_url)
    _listen(name, wanted.log_level)
    tasks.app.conf.update(
        worker_redirect_stdouts=False,
        broker_connection_max_retries=None,
        worker_proc_alive_timeout=60,
        task_time_limit=TIME_LIMIT_SECONDS,
    )
    tasks.app.worker_main(
        [
            "--quiet",
            "worker",
            "--queues",
            ",".join(queues),
            "--concurrency",
            str(concurrency),
            "--hostname",
            f"{name}-{os.getpid()}@huiliu",
            "--loglevel",
            wanted.log_level,
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
        ]
    )


def load_tasks() -> list[str]:
    """Import every `tasks.py` of the packages and the timetable; returns the modules' names."""
    root = Path(__file__).parent.parent
    files = [path for package in PACKAGES for path in sorted((root / package).rglob("tasks.py"))]
    names = [".".join(path.relative_to(root).with_suffix("").parts) for path in files]
    for name in [*names, "processes.clock"]:
        importlib.import_module(name)
    return names


def ready_mark(data: Path, name: str) -> Path:
    """The file by which a worker tells the supervisor that it takes work."""
    return data / "ready" / name


async def open_all() -> None:
    """What a child needs before its first task."""
    await database.open_database(schema.config(pool=POOL))


async def close_all() -> None:
    """Leave nothing open."""
    await doors.close()
    await cache.close_redis()
    await database.close_database()


def _listen(name: str, level: str) -> None:
    parent = os.getpid()

    def start_logs(**_: Any) -> None:
        logs.start(name, level)
        for talker in ("celery.worker.strategy", "celery.app.trace"):  # two lines for every task
            logging.getLogger(talker).setLevel(logging.WARNING)

    def start_child(**_: Any) -> None:
        lifeline.die_with_parent(signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)
        tasks.start_loop(open_all, before=accounts.refresh)

    def tell_ready(**_: Any) -> None:
        mark = ready_mark(Path(settings.get().data_dir), name)
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        mark.touch()

    def stop_child(**_: Any) -> None:
        tasks.stop_loop(close_all)

    # weak=False: the receivers live as long as the process
    signals.setup_logging.connect(start_logs, weak=False)
    signals.worker_process_init.connect(start_child, weak=False)
    signals.worker_ready.connect(tell_ready, weak=False)
    signals.worker_process_shutdown.connect(stop_child, weak=False)
