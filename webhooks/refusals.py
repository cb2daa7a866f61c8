"""Counters of refused calls: all that a forged, foreign or broken call leaves behind."""

from __future__ import annotations

from collections.abc import Mapping

from kernel import clock, database

ADD = """
INSERT INTO refused_call (day, side, reason, count)
SELECT $1, side, reason, count FROM unnest($2::text[], $3::text[], $4::int[]) AS given(side, reason, count)
ON CONFLICT (day, side, reason) DO UPDATE SET count = refused_call.count + excluded.count
"""


async def add(counts: Mapping[tuple[str, str], int]) -> None:
    """Add to today's counters by (side, reason)."""
    if counts:
        sides, reasons = zip(*counts, strict=True)
        await database.execute(ADD, clock.today(), list(sides), list(reasons), list(counts.values()))
