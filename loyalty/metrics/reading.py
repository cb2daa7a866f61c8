"""Figures for a page: a series by day, the newest value with the one before, and the return rate of four weeks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from kernel import database
from loyalty.metrics.catalogue import FIGURES, RETURN_RATE, Figure

WEEKS_4 = 28
WHOLE_BANK = 0

SERIES = """
SELECT d::date AS day, f.value FROM generate_series($3::date, $4::date, interval '1 day') d
LEFT JOIN (
  SELECT day, sum(value) AS value FROM daily_figure WHERE figure = $1 AND branch_id = ANY($2::bigint[])
  AND day BETWEEN $3::date AND $4::date GROUP BY day
) f ON f.day = d::date ORDER BY d
"""
RETURN = """
SELECT COALESCE(sum(value) FILTER (WHERE figure = 'return_due'), 0) AS due,
       COALESCE(sum(value) FILTER (WHERE figure = 'return_amount'), 0) AS returned
FROM daily_figure
WHERE figure IN ('return_due', 'return_amount') AND branch_id = ANY($1::bigint[]) AND day BETWEEN $2::date AND $3::date
"""


@dataclass(frozen=True)
class Series:
    """A figure with its definition and its values by day; a level without value on a day is None, a sum is 0."""

    code: str
    figure: Figure
    days: list[date]
    values: list[float | None]

    @property
    def newest(self) -> float | None:
        """The last known value of a level, or the sum over all days shown."""
        known = [value for value in self.values if value is not None]
        if not self.figure.is_level:
            return sum(known)
        return known[-1] if known else None


@dataclass(frozen=True)
class ReturnRate:
    """Return over four weeks of ripe outflows: rate (0 to 1, or None), amounts in fen, the rate of the weeks before.

    It says what came back, not what a campaign did: `definition` says so, and is shown with it.
    """

    rate: float | None
    due_fen: int
    returned_fen: int
    rate_before: float | None
    definition: str = RETURN_RATE


@dataclass(frozen=True)
class Overview:
    """Figures for the first page; `until` None: nothing was counted yet. Tiers are in `loyalty.tiers.reading`."""

    until: date | None
    series: dict[str, Series]
    deposit_return: ReturnRate


async def overview(units: Collection[int] | None = None, *, days: int = WEEKS_4) -> Overview:
    """All figures of the last `days` days, added up over some units, or of the whole bank."""
    until = await database.fetch_value(
        "SELECT max(day) FROM daily_figure WHERE branch_id = ANY($1::bigint[])", _kept_for(units)
    )
    shown = {code: await series(code, until, days, units) for code in FIGURES} if until else {}
    return Overview(until, shown, await return_rate(until, units))


async def series(code: str, until: date, days: int = WEEKS_4, units: Collection[int] | None = None) -> Series:
    """One figure over the last `days` days, added up over the units (every kept figure can be)."""
    figure = FIGURES[code]
    rows = await database.fetch(SERIES, code, _kept_for(units), until - timedelta(days=days - 1), until)
    missing = None if figure.is_level else 0.0
    values = [missing if row["value"] is None else row["value"] for row in rows]
    return Series(code, figure, [row["day"] for row in rows], values)


async def return_rate(until: date | None, units: Collection[int] | None = None, *, days: int = WEEKS_4) -> ReturnRate:
    """The return of outflows that ripened within the last `days` days."""
    if until is None:
        return ReturnRate(None, 0, 0, None)
    kept = _kept_for(units)
    start = until - timedelta(days=days - 1)
    now = await database.fetch_one(RETURN, kept, start, until)
    before = await database.fetch_one(RETURN, kept, start - timedelta(days=days), start - timedelta(days=1))
    assert now is not None
    return ReturnRate(_rate(now), int(now["due"]), int(now["returned"]), _rate(before))


def _kept_for(units: Collection[int] | None) -> list[int]:
    return [WHOLE_BANK] if units is None else list(units)


def _rate(row: database.Row | None) -> float | None:
    return row["returned"] / row["due"] if row and row["due"] else None
