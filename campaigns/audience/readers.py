"""How the value of a condition is read: each shape of value becomes arguments of SQL, or is refused in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from kernel import clock
from kernel.errors import Refused

MOST_DAYS = 3650
MOST_TIMES = 999
MOST_FEN = 10**17
LONGEST_KIND = 40
REFERENCE = re.compile(r"[1-9][0-9]{0,17}\.[1-9][0-9]{0,5}\Z")
"""A segment in one of its versions: "12.3"."""

Reader = Callable[[Any, datetime], list[Any]]


def texts(value: Any, _now: datetime) -> list[Any]:
    """A list of texts, one at least."""
    if not isinstance(value, list) or not value or not all(_is_text(item) for item in value):
        raise bad("请至少选择一项")
    return [value]


def numbers(value: Any, _now: datetime) -> list[Any]:
    """A list of row numbers, one at least."""
    if not isinstance(value, list) or not value or not all(_is_whole(item) and 0 < item < 2**63 for item in value):
        raise bad("请至少选择一项")
    return [value]


def numbers_now(value: Any, now: datetime) -> list[Any]:
    """Row numbers, and the moment."""
    return [*numbers(value, now), now]


def levels_now(value: Any, now: datetime) -> list[Any]:
    """Levels 1 to 5, and the moment."""
    if not isinstance(value, list) or not value or not all(_is_whole(item) and 1 <= item <= 5 for item in value):
        raise bad("请至少选择一项")
    return [value, now]


def texts_now(value: Any, now: datetime) -> list[Any]:
    """Texts, and the moment."""
    return [*texts(value, now), now]


def band(value: Any, _now: datetime) -> list[Any]:
    """[least, below] in fen, either may be None but not both."""
    if not isinstance(value, list) or len(value) != 2 or value == [None, None]:
        raise bad("请填写资产的下限或上限")
    if not all(end is None or (_is_whole(end) and abs(end) < MOST_FEN) for end in value):
        raise bad("资产的上下限必须是金额")
    if None not in value and value[0] >= value[1]:
        raise bad("资产的下限必须小于上限")
    return list(value)


def band_today(value: Any, now: datetime) -> list[Any]:
    """[least, below], and the day in Shanghai."""
    return [*band(value, now), clock.local(now).date()]


def days_back(value: Any, now: datetime) -> list[Any]:
    """The moment so many days ago."""
    return [now - timedelta(days=_days(value))]


def day_back(value: Any, now: datetime) -> list[Any]:
    """The day so many days before today in Shanghai."""
    return [clock.local(now).date() - timedelta(days=_days(value))]


def days_ahead(value: Any, now: datetime) -> list[Any]:
    """Today in Shanghai, and the day so many days on."""
    today = clock.local(now).date()
    return [today, today + timedelta(days=_days(value))]


def behaviour(value: Any, now: datetime) -> list[Any]:
    """{kind, days, times}: a kind of the timeline, since when, how often at least."""
    if not isinstance(value, dict) or set(value) != {"kind", "days", "times"}:
        raise bad("请选择一种行为，并填写天数和次数")
    kind, times = value["kind"], value["times"]
    if not _is_text(kind) or len(kind) > LONGEST_KIND:
        raise bad("请选择一种行为")
    if not _is_whole(times) or not 1 <= times <= MOST_TIMES:
        raise bad(f"次数须在 1 到 {MOST_TIMES} 之间")
    return [kind, now - timedelta(days=_days(value["days"])), times]


def references(value: Any, _now: datetime) -> list[Any]:
    """Segments in a version each; their conditions take the place of the arguments."""
    if not isinstance(value, list) or not value or not all(isinstance(o, str) and REFERENCE.match(o) for o in value):
        raise bad("请至少选择一个分群")
    return []


def nothing(_value: Any, _now: datetime) -> list[Any]:
    """No value."""
    return []


def moment(_value: Any, now: datetime) -> list[Any]:
    """No value of a person's, but the moment."""
    return [now]


def bad(message: str) -> Refused:
    """A condition that can't stand."""
    return Refused(message, code="conditions.invalid")


def _days(value: Any) -> int:
    if not _is_whole(value) or not 1 <= value <= MOST_DAYS:
        raise bad(f"天数须在 1 到 {MOST_DAYS} 之间")
    return int(value)


def _is_text(value: Any) -> bool:
    # neither NUL nor half a surrogate pair can be stored or compared
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
