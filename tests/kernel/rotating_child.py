"""A worker that only rotates, in a process of its own, to be killed; forked from a server that imported everything."""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.process
import os
from collections.abc import Mapping

from kernel import database, rotating, settings
from kernel.models import KeyRotation
from processes import schema

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload([__name__])


def start(environment: Mapping[str, str] | None = None) -> multiprocessing.process.BaseProcess:
    """Rotate until the rotation is done, or until killed."""
    wanted = {name: value for name, value in os.environ.items() if name.startswith("HUILIU_")}
    process = _context.Process(target=_run, args=({**wanted, **(environment or {})},))
    process.start()
    return process


def _run(environment: dict[str, str]) -> None:
    os.environ.update(environment)
    settings.forget()
    asyncio.run(_work())


async def _work() -> None:
    await database.open_database(schema.config(settings.get().database_url, pool=(1, 2)))
    try:
        while await KeyRotation.exclude(state="done").exists():
            if not await rotating.work(5):
                await asyncio.sleep(0.3)
    finally:
        await database.close_database()
