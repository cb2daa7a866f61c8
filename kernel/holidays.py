"""Public holidays and make-up working days in China: a table by year; working days are counted by it."""

from __future__ import annotations

from datetime import date, timedelta

# sources: 国务院办公厅关于2025年部分节假日安排的通知, 2024-11-12; 关于2026年部分节假日安排的通知, 2025-11-04.
# 2027: the days that 全国年节及纪念日放假办法 (as of 2025-01-01) gives by law; the year's notice had not come when this
# was written (2026-11), so how they are joined to weekends, and the make-up days, are not known yet
_HOLIDAYS = {
    2025: (
        ("元旦", date(2025, 1, 1), 1),
        ("春节", date(2025, 1, 28), 8),
        ("清明节", date(2025, 4, 4), 3),
        ("劳动节", date(2025, 5, 1), 5),
        ("端午节", date(2025, 5, 31), 3),
        ("国庆节、中秋节", date(2025, 10, 1), 8),
    ),
    2026: (
        ("元旦", date(2026, 1, 1), 3),
        ("春节", date(2026, 2, 15), 9),
        ("清明节", date(2026, 4, 4), 3),
        ("劳动节", date(2026, 5, 1), 5),
        ("端午节", date(2026, 6, 19), 3),
        ("中秋节", date(2026, 9, 25), 3),
        ("国庆节", date(2026, 10, 1), 7),
    ),
    2027: (
        ("元旦", date(2027, 1, 1), 1),
        ("春节", date(2027, 2, 5), 4),
        ("清明节", date(2027, 4, 5), 1),
        ("劳动节", date(2027, 5, 1), 2),
        ("端午节", date(2027, 6, 9), 1),
        ("中秋节", date(2027, 9, 15), 1),
        ("国庆节", date(2027, 10, 1), 3),
    ),
}
_WORKED = frozenset(
    {
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    }
)
_ANNOUNCED = frozenset({2025, 2026})


def is_announced(year: int) -> bool:
    """Whether the table holds the year's own notice: else the days by law at most, and no make-up days."""
    return year in _ANNOUNCED


def name_of(day: date) -> str:
    """The holiday that the day belongs to; empty on other days and in years that the table doesn't know."""
    for name, first, days in _HOLIDAYS.get(day.year, ()):
        if first <= day < first + timedelta(days=days):
            return name
    return ""


def is_worked(day: date) -> bool:
    """Whether a Saturday or Sunday is a working day that makes up for a holiday."""
    return day in _WORKED


def is_working(day: date) -> bool:
    """Whether offices work on the day; in years that the table doesn't know, Monday to Friday."""
    return is_worked(day) or (day.weekday() < 5 and not name_of(day))


def after_working_days(day: date, count: int) -> date:
    """The day that is `count` working days later."""
    while count:
        day += timedelta(days=1)
        count -= is_working(day)
    return day
