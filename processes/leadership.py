"""One leader among several clocks: whoever holds a PostgreSQL advisory lock on a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TypeAlias

import asyncpg

from kernel import logs

LOCK = 4_242_002
ASK_EVERY = 1.0
"""Seconds between two tries of a clock that waits, and between two checks of the one that leads."""
ANSWER_SECONDS = 5.0

_log = logs.get(__name__)
Line: TypeAlias = asyncpg.Connection


async def gain(url: str, stop: asyncio.Event) -> Line | None:
    """Wait until this process leads; the lock lives as long as the returned connection. None when told to stop."""
    line: Line | None = None
    while not stop.is_set():
        try:
            line = line or await asyncpg.connect(url, timeout=ANSWER_SECONDS)
            if await line.fetchval("SELECT pg_try_advisory_lock($1)", LOCK, timeout=ANSWER_SECONDS):
                return line
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            _log.warning("clock.no_database", reason=type(error).__name__)
            await resign(line)
            line = None
        await pause(stop, ASK_EVERY)
    await resign(line)
    return None


async def hold(line: Line, stop: asyncio.Event) -> None:
    """Return when told to stop, or as soon as the connection that carries the lock is lost."""
    while not stop.is_set():
        try:
            await line.fetchval("SELECT 1", timeout=ANSWER_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return
        await pause(stop, ASK_EVERY)


async def resign(line: Line | None) -> None:
    """Give the lock back by closing its connection."""
    if line is not None:
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await line.close(timeout=2)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Sleep, but not beyond the moment of being told to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
