"""Spans of days that statistics are asked for: at most so long, at most so far back, floored to Shanghai's midnight."""

from __future__ import annotations

from datetime import datetime, timedelta

from wechat.sandbox.calls import Call, Problem
from wechat.sandbox.virtual_clock import SHANGHAI

LONGEST_DAYS, BACK_DAYS = 30, 180


def days_between(call: Call, start: object, end: object) -> list[tuple[str, int]]:
    """(day, its midnight in epoch seconds) for every day of the span; 40058 when it is none or too long."""
    if not isinstance(start, int) or not isinstance(end, int) or start <= 0 or end < start:
        raise Problem(40058, "invalid time range")
    first, last = _midnight(start), _midnight(end)
    if (last - first).days + 1 > LONGEST_DAYS or (call.world.clock.local() - first).days > BACK_DAYS:
        raise Problem(40058, "time range out of limit")
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return [(day.strftime("%Y-%m-%d"), int(day.timestamp())) for day in days]


def _midnight(second: int) -> datetime:
    moment = datetime.fromtimestamp(second, SHANGHAI)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)
