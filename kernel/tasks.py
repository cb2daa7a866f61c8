"""Celery as a wake-up call: tasks carry row numbers only, and every task is safe to run twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Generic, ParamSpec

import celery
import kombu.exceptions
import redis.exceptions

from kernel import database, logs

QUEUES = ("urgent", "messages", "callbacks", "campaigns", "default")
Arguments = ParamSpec("Arguments")
_log = logs.get(__name__)

app = celery.Celery("huiliu")
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    task_serializer="json",
    accept_content=["json"],
    task_default_queue="default",
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_timeout": 5,
        "socket_connect_timeout": 1,
        "max_retries": 1,
        "interval_start": 0,
        "interval_max": 0.2,
        # a worker of several queues empties them in the order in which it was told of them
        "queue_order_strategy": "priority",
    },
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
)

_runner: asyncio.Runner | None = None
_before: Callable[[], Awaitable[None]] | None = None


class Task(Generic[Arguments]):
    """A named wake-up: `later` queues it (after commit), `now` runs it here."""

    def __init__(self, function: Callable[Arguments, Awaitable[None]], queue: str) -> None:
        self.__doc__ = function.__doc__
        self.function = function
        self.queue = queue
        self.name = f"{function.__module__}.{function.__name__}"
        # typing off: Celery counts self as an argument of a bound method and would refuse every call
        self._celery = app.task(name=self.name, typing=False)(self._run)

    def later(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Queue after the current transaction commits, or at once. A lost queue is only delay: the clock asks again."""
        if database.is_in_transaction():
            database.after_commit(self._publish_soon, args, kwargs)
        else:
            self._publish_soon(args, kwargs)

    def wake(self, within: float) -> None:
        """Queue without arguments, for the clock; forgotten when no worker takes it within so many seconds."""
        self._publish_soon((), {}, within)

    async def queue_now(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Queue and wait until that is done or given up; for whoever must not have two publishings under way."""
        await asyncio.get_running_loop().run_in_executor(None, self._publish, args, kwargs)

    async def now(self, *args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        """Run the task's function here and wait for it."""
        await self.function(*args, **kwargs)

    def _publish_soon(self, args: Any, kwargs: Any, expires: float | None = None) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._publish(args, kwargs, expires)
            return
        # publishing is blocking socket work: off the event loop, and nobody waits for it
        loop.run_in_executor(None, self._publish, args, kwargs, expires)

    def _publish(self, args: Any, kwargs: Any, expires: float | None = None) -> None:
        options: dict[str, Any] = {"queue": self.queue} | ({"expires": expires} if expires else {})
        try:
            self._celery.apply_async(args=args, kwargs=kwargs, retry=False, **options)
        except (kombu.exceptions.OperationalError, redis.exceptions.RedisError, OSError) as error:
            _log.warning("task.not_queued", task=self.name, reason=type(error).__name__)

    def _run(self, *args: Any, **kwargs: Any) -> None:
        if _runner is None:
            raise RuntimeError("a task ran outside a worker process: use .now()")
        _runner.run(self._shielded(*args, **kwargs))

    async def _shielded(self, *args: Any, **kwargs: Any) -> None:
        if _before is not None:
            await _before()
        await self.function(*args, **kwargs)


def task(queue: str) -> Callable[[Callable[Arguments, Awaitable[None]]], Task[Arguments]]:
    """Declare a task on one of QUEUES."""
    if queue not in QUEUES:
        raise ValueError(f"unknown queue {queue}")

    def declare(function: Callable[Arguments, Awaitable[None]]) -> Task[Arguments]:
        return Task(function, queue)

    return declare


def connect(broker_url: str) -> None:
    """Point this process's Celery application at the broker."""
    if broker_url.startswith("unix://"):
        broker_url = "redis+socket://" + broker_url.removeprefix("unix://").replace("?db=", "?virtual_host=")
    app.conf.update(broker_url=broker_url)


def start_loop(opening: Callable[[], Awaitable[None]], before: Callable[[], Awaitable[None]] | None = None) -> None:
    """In a worker child: make the one event loop of this process and open what tasks need on it.

    before: awaited ahead of each task; it must not raise.
    """
    global _runner, _before
    _runner, _before = asyncio.Runner(), before
    _runner.run(_await(opening))


def stop_loop(closing: Callable[[], Awaitable[None]]) -> None:
    """In a worker child: close what was opened and end the loop."""
    global _runner
    if _runner is not None:
        _runner.run(_await(closing))
        _runner.close()
        _runner = None


async def _await(function: Callable[[], Awaitable[None]]) -> None:
    await function()
