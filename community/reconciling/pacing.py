"""How fast a pass may ask WeChat: what staff and clients need goes first, whatever the platform would allow."""

from __future__ import annotations

import asyncio
import time

CALLS_A_SECOND = 25.0
"""90,000 an hour, of WeCom's 150,000: the rest is for what cannot wait."""
_next: dict[str, float] = {}


async def wait(app: str) -> None:
    """Return when the next call of this account's passes may go out; counted per process."""
    now = time.monotonic()
    due = max(_next.get(app, 0.0), now)
    _next[app] = due + 1 / CALLS_A_SECOND
    if due > now:
        await asyncio.sleep(due - now)
