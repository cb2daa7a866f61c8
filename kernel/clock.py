"""The one clock: times are stored in UTC and decided in Asia/Shanghai, and tests can hold it still."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")

_frozen: datetime | None = None


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return _frozen if _frozen is not None else datetime.now(UTC)


def today() -> date:
    """The calendar day in Shanghai."""
    return now().astimezone(SHANGHAI).date()


def local(moment: datetime) -> datetime:
    """The same moment on a Shanghai wall clock; a naive value is refused because nobody knows what it means."""
    if moment.tzinfo is None:
        raise ValueError("a time without zone reached the clock")
    return moment.astimezone(SHANGHAI)


def at_local(day: date, wall: time) -> datetime:
    """The UTC moment of a Shanghai wall time on `day`."""
    return datetime.combine(day, wall, SHANGHAI).astimezone(UTC)


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """First moment of the Shanghai day and of the day after it, both in UTC."""
    return at_local(day, time()), at_local(day + timedelta(days=1), time())


@contextlib.contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at `moment` (aware) inside the block; for tests and for seeding history."""
    global _frozen
    if moment.tzinfo is None:
        raise ValueError("a time without zone reached the clock")
    before, _frozen = _frozen, moment.astimezone(UTC)
    try:
        yield
    finally:
        _frozen = before
