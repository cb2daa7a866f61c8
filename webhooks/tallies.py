"""What the intake counts of itself, minute by minute: what came, repeats, how long answers took, what was refused.

Kept in memory for a second and then added to the tables, so that counting costs a callback next to nothing.
"""

from __future__ import annotations

import asyncio
import bisect
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from kernel import clock, database, logs
from webhooks import refusals

WRITE_EVERY_S = 1.0
KEPT_FOR = timedelta(days=8)
BUCKETS_MS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
RECEIVED, REPEATED, NOT_STORED = "received", "repeated", "not_stored"
WITHIN = tuple(f"within:{limit}" for limit in BUCKETS_MS)
ADD = """
INSERT INTO intake_minute (minute, side, app, what, count)
SELECT minute, side, app, what, count
FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::int[]) AS given(minute, side, app, what, count)
ON CONFLICT (minute, side, app, what) DO UPDATE SET count = intake_minute.count + excluded.count
"""
FORGET = "DELETE FROM intake_minute WHERE minute < $1"
Key = tuple[datetime, str, str, str]
_log = logs.get(__name__)


class Tallies:
    """Counts that wait to be written."""

    def __init__(self) -> None:
        self._counts: Counter[Key] = Counter()
        self._refused: Counter[tuple[str, str]] = Counter()
        self._writing: asyncio.Task[None] | None = None

    def count(self, counts: Mapping[tuple[str, str, str], int]) -> None:
        """Add counts by (side, app, what) to this minute."""
        minute = clock.now().replace(second=0, microsecond=0)
        for (side, app, what), n in counts.items():
            if n:
                self._counts[minute, side, app, what] += n
        self._soon()

    def refuse(self, side: str, reason: str) -> None:
        """Count a refused call."""
        self._refused[side, reason] += 1
        self._soon()

    async def drain(self) -> None:
        """Write what is left; called before the database closes."""
        if self._writing is not None:
            self._writing.cancel()
            await asyncio.gather(self._writing, return_exceptions=True)
            self._writing = None
        await self._write()

    def _soon(self) -> None:
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_soon())

    async def _write_soon(self) -> None:
        while self._counts or self._refused:
            await asyncio.sleep(WRITE_EVERY_S)
            await self._write()
        self._writing = None

    async def _write(self) -> None:
        counts, self._counts = self._counts, Counter()
        refused, self._refused = self._refused, Counter()
        try:
            async with database.transaction():
                await add(counts)
                await refusals.add(refused)
        except Exception as error:
            # kept for the next try; a few hundred numbers, however long the database stays away
            self._counts.update(counts)
            self._refused.update(refused)
            _log.warning("tallies.not_written", reason=type(error).__name__)


def within(seconds: float) -> str:
    """The bucket of an answer that took so long."""
    return WITHIN[min(bisect.bisect_left(BUCKETS_MS, seconds * 1000), len(BUCKETS_MS) - 1)]


async def add(counts: Mapping[Key, int]) -> None:
    """Add to the tables; in one order, so that two web processes never wait for each other."""
    if not counts:
        return
    keys = sorted(counts)
    columns = [list(column) for column in zip(*keys, strict=True)]
    await database.execute(ADD, *columns, [counts[key] for key in keys])


async def forget_old() -> int:
    """Delete minutes that no page asks for any more; returns how many counts."""
    return await database.execute(FORGET, clock.now() - KEPT_FOR)
