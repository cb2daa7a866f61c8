"""The periods for which benefits are granted: 2026, 2026Q4 or 2026-11. Pure."""

from __future__ import annotations

from datetime import date, timedelta

PERIODS = ("month", "quarter", "year")


def name_of(period: str, day: date) -> str:
    """The period of this kind in which the day lies."""
    if period == "month":
        return f"{day:%Y-%m}"
    if period == "quarter":
        return f"{day.year}Q{(day.month + 2) // 3}"
    if period == "year":
        return str(day.year)
    raise ValueError(f"unknown period {period}")


def label(name: str) -> str:
    """A named period as staff read it: 2026 年, 2026 年第 4 季度, 2026 年 11 月."""
    year, part = name[:4], name[5:]
    if "Q" in name:
        return f"{year} 年第 {part} 季度"
    return f"{year} 年 {int(part)} 月" if part else f"{year} 年"


def last_day(name: str) -> date:
    """The last day of a named period."""
    year = int(name[:4])
    if "Q" in name:
        month = int(name[5:]) * 3
    elif "-" in name:
        month = int(name[5:])
    else:
        month = 12
    return (date(year, month, 1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
