"""Waiting for something to become true, in place of sleeping for a guessed time."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable


async def until(holds: Callable[[], object | Awaitable[object]], seconds: float = 20, every: float = 0.05) -> None:
    """Return as soon as `holds()` (or what it awaits) is truthy; AssertionError after `seconds`."""
    ends = time.monotonic() + seconds
    while True:
        found = holds()
        if inspect.isawaitable(found):
            found = await found
        if found:
            return
        assert time.monotonic() < ends, f"did not become true within {seconds} s"
        await asyncio.sleep(every)
