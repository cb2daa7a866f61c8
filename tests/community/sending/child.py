"""A dispatcher in a process of its own, to be killed; forked from a server that has everything imported already."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from typing import Any

from community.sending import dispatching
from kernel import cache, database, settings
from processes import schema
from tests.community.sending import staging
from wechat import doors

assert staging.render
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


async def dispatch(stream_id: int, environment: Mapping[str, str]) -> int:
    """Dispatch until nothing is due, or until killed; the exit code (negative: the signal)."""
    wanted = {name: value for name, value in os.environ.items() if name.startswith("HUILIU_")}
    process = _context.Process(target=_run, args=(stream_id, {**wanted, **environment}))
    process.start()
    await asyncio.to_thread(process.join)
    assert process.exitcode is not None
    return process.exitcode


def _run(stream_id: int, environment: dict[str, Any]) -> None:
    os.environ.update(environment)
    settings.forget()
    asyncio.run(_work(stream_id))


async def _work(stream_id: int) -> None:
    await database.open_database(schema.config(settings.get().database_url, pool=(1, 4)))
    try:
        while await dispatching.dispatch(60, lane="campaigns", stream_id=stream_id):
            pass
    finally:
        await doors.close()
        await cache.close_redis()
        await database.close_database()
