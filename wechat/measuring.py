"""Every call counted by hour, app, API, outcome and duration: kept in memory, written in batches every few seconds."""

from __future__ import annotations

import asyncio
import contextvars
from bisect import bisect_left
from datetime import UTC, datetime, timedelta

from kernel import clock, database, logs

FLUSH_S = 5.0
BARS_MS = (10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000)
"""Upper ends of the histogram's bars; what lasts longer is in the bar 0."""
KEPT_DAYS = 35
WRITE = """
INSERT INTO api_use (hour_at, app, api, outcome, le_ms, calls, ms_sum)
SELECT * FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[], $7::bigint[])
ON CONFLICT (hour_at, app, api, outcome, le_ms)
DO UPDATE SET calls = api_use.calls + excluded.calls, ms_sum = api_use.ms_sum + excluded.ms_sum
"""
Key = tuple[datetime, str, str, str, int]
_log = logs.get(__name__)
_counts: dict[Key, list[int]] = {}
_armed: asyncio.TimerHandle | None = None
_running: set[asyncio.Task[None]] = set()
_hour = (0.0, datetime.fromtimestamp(0, UTC))
_cleared: datetime | None = None


def count(app: str, api: str, outcome: str, seconds: float) -> None:
    """One call: outcome is the errcode as text ("0" for success) or a word for what came instead of an answer."""
    took = int(seconds * 1000)
    place = bisect_left(BARS_MS, took)
    key = (_this_hour(), app, api, outcome[:40], BARS_MS[place] if place < len(BARS_MS) else 0)
    kept = _counts.get(key)
    if kept is None:
        kept = _counts[key] = [0, 0]
    if _armed is None or kept[0] == 0:
        _arm()
    kept[0] += 1
    kept[1] += took


async def flush() -> None:
    """Write down what was counted; without a database it stays in memory for the next time."""
    global _counts
    if not _counts:
        return
    taken, _counts = _counts, {}
    # in one order everywhere, so that two processes never wait for each other
    rows = sorted(taken)
    columns = [[row[place] for row in rows] for place in range(5)]
    numbers = [[taken[row][place] for row in rows] for place in range(2)]
    try:
        await database.execute(WRITE, *columns, *numbers)
        await _forget_old()
    except Exception as error:  # whatever the database has: counting stops no call
        _log.warning("measuring.not_written", reason=type(error).__name__)
        for row, (calls, took) in taken.items():
            kept = _counts.setdefault(row, [0, 0])
            kept[0] += calls
            kept[1] += took


def forget() -> None:
    """Drop what was counted and not written (tests)."""
    _counts.clear()


def _this_hour() -> datetime:
    global _hour
    now = clock.now()
    if now.timestamp() // 3600 != _hour[0]:
        _hour = (now.timestamp() // 3600, now.replace(minute=0, second=0, microsecond=0))
    return _hour[1]


def _arm() -> None:
    global _armed
    loop = asyncio.get_running_loop()
    if _armed is None or _armed.when() + FLUSH_S < loop.time():
        _armed = loop.call_later(FLUSH_S, _wake)


def _wake() -> None:
    global _armed
    _armed = None
    task = asyncio.get_running_loop().create_task(flush(), context=contextvars.Context())
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _forget_old() -> None:
    global _cleared
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    if _cleared != today:
        _cleared = today
        await database.execute("DELETE FROM api_use WHERE hour_at < $1", today - timedelta(days=KEPT_DAYS))
