"""A process of its own for one piece of work, to be killed; forked from a server that has all imported already."""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
from collections.abc import Mapping
from typing import Any

from community.sending import dispatching
from kernel import cache, database, settings
from processes import registrations, schema
from tests.community.sending import staging
from wechat import doors

assert staging.render
assert registrations.REGISTERED
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.community.sending.fork_ground"])
LIMIT = 60


async def dispatch(stream_id: int, environment: Mapping[str, str], *, limit: int = LIMIT) -> int:
    """Dispatch until nothing is due, or until killed; the exit code (negative: the signal)."""
    return await run(f"{__name__}:drain", environment, stream_id, limit)


async def run(work: str, environment: Mapping[str, str], *arguments: Any) -> int:
    """Await `module:function` with the arguments in a process of its own; the exit code (negative: the signal)."""
    wanted = {name: value for name, value in os.environ.items() if name.startswith("HUILIU_")}
    process = _context.Process(target=_run, args=(work, {**wanted, **environment}, arguments))
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


async def drain(stream_id: int, limit: int) -> None:
    """Dispatch one stream until nothing is due."""
    while await dispatching.dispatch(limit, lane="campaigns", stream_id=stream_id):
        pass


def _run(work: str, environment: dict[str, Any], arguments: tuple[Any, ...]) -> None:
    os.environ.update(environment)
    settings.forget()
    asyncio.run(_work(work, arguments))


async def _work(work: str, arguments: tuple[Any, ...]) -> None:
    module, _, name = work.partition(":")
    await database.open_database(schema.config(settings.get().database_url, pool=(1, 4)))
    try:
        await getattr(importlib.import_module(module), name)(*arguments)
    finally:
        await doors.close()
        await cache.close_redis()
        await database.close_database()
