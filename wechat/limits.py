"""What the platform allows at a moment: limits as data with the days they held, and the preset that the bank chose.

`at` and `every` are pure readings of this process's copy; `refresh` reads the copy anew from the tables.
"""

from __future__ import annotations

import calendar
import time as ticking
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from kernel import clock, database
from wechat.limits_known import ROWS, Known

GROUP_MESSAGE = "wecom.group_message"
"""Group messages that one client, or one group, may receive; the only limit with a choice of presets."""
UNITS = {
    "minute": "每分钟",
    "hour": "每小时",
    "day": "每天",
    "week": "每周",
    "month": "每月",
    "action": "每次互动",
    "consent": "每次授权",
    "call": "每次调用",
    "job": "每个任务",
    "message": "每条消息",
    "code": "每个码",
    "client": "每位客户",
    "person": "每人",
    "account": "每个公众号",
    "corp": "每个企业",
}
FILL = """
INSERT INTO platform_limit
  (name, label, value, per, source, preset, span_s, valid_from, valid_until, is_default)
SELECT * FROM unnest($1::text[], $2::text[], $3::int[], $4::text[], $5::text[], $6::text[], $7::int[], $8::date[],
  $9::date[], $10::bool[])
ON CONFLICT (name, preset, valid_from) DO NOTHING
"""
_SPANS = {"minute": timedelta(minutes=1), "hour": timedelta(hours=1), "day": timedelta(days=1)}


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of the platform. value None: as many as the month has days. valid_until: the last day, None: still.

    per: the window that it counts in (UNITS); span_s: length of a window that begins with an action, otherwise 0.
    """

    name: str
    label: str
    value: int | None
    per: str
    preset: str
    span_s: int
    valid_from: date
    valid_until: date | None
    is_default: bool
    source: str

    def number(self, moment: datetime) -> int:
        """How many are allowed in the window around `moment`."""
        if self.value is not None:
            return self.value
        day = clock.local(moment).date()
        return calendar.monthrange(day.year, day.month)[1]

    def began(self, moment: datetime) -> datetime:
        """When the calendar window around `moment` began, on the Shanghai calendar; weeks begin on Monday. In UTC."""
        day = clock.local(moment).date()
        if self.per in ("minute", "hour"):
            at = moment.astimezone(UTC).replace(second=0, microsecond=0)
            return at if self.per == "minute" else at.replace(minute=0)
        if self.per == "week":
            day -= timedelta(days=day.weekday())
        elif self.per == "month":
            day = day.replace(day=1)
        return clock.at_local(day, time())

    def frees(self, moment: datetime) -> datetime:
        """When the next window begins and what was used counts no more, in UTC."""
        began = self.began(moment)
        if self.per in _SPANS:
            return began + _SPANS[self.per]
        day = clock.local(began).date()
        if self.per == "week":
            return clock.at_local(day + timedelta(days=7), time())
        return clock.at_local((day + timedelta(days=31)).replace(day=1), time())


@dataclass(frozen=True, slots=True)
class Choice:
    """The preset of a limit that holds from a Shanghai day on, as the bank set it in the platform's console."""

    name: str
    preset: str
    effective_on: date
    note: str = ""


class _Copy:
    """This process's copy of the tables."""

    def __init__(self) -> None:
        self.known = tuple(_built_in())
        self.choices: tuple[Choice, ...] = ()
        self.read_at: float | None = None


def at(name: str, moment: datetime) -> Limit:
    """The limit that holds at a moment: the chosen preset if the platform offers it then, else the platform's own."""
    offered = offers(name, moment)
    if not offered:
        raise LookupError(f"no platform limit {name}")
    chosen = chosen_preset(name, moment)
    held = [one for one in offered if one.preset == chosen] or [one for one in offered if one.is_default] or offered
    return max(held, key=lambda one: one.valid_from)


def offers(name: str, moment: datetime) -> list[Limit]:
    """All presets of a limit that the platform offers at a moment."""
    day = clock.local(moment).date()
    return [one for one in _copy.known if one.name == name and _holds(one, day)]


def chosen_preset(name: str, moment: datetime) -> str:
    """The preset that the bank chose, "" when it never did."""
    day = clock.local(moment).date()
    said = [one for one in _copy.choices if one.name == name and one.effective_on <= day]
    return max(said, key=lambda one: one.effective_on).preset if said else ""


def every() -> tuple[Limit, ...]:
    """All limits that are known, those of the past included, by name and then the newest first."""
    return tuple(sorted(_copy.known, key=lambda one: (one.name, -one.valid_from.toordinal(), not one.is_default)))


def choices(name: str) -> list[Choice]:
    """What the bank chose for a limit, the newest first."""
    return sorted((one for one in _copy.choices if one.name == name), key=lambda one: one.effective_on, reverse=True)


async def refresh(max_age_s: float = 5.0) -> None:
    """Read the tables anew when the copy is older than that; what is not in them stays as it is built in."""
    if _copy.read_at is not None and ticking.monotonic() - _copy.read_at < max_age_s:
        return
    rows = await database.fetch(
        "SELECT name, label, value, per, preset, span_s, valid_from, valid_until, is_default, source"
        " FROM platform_limit ORDER BY id"
    )
    said = await database.fetch("SELECT name, preset, effective_on, note FROM platform_choice ORDER BY effective_on")
    kept = {(one.name, one.preset, one.valid_from): one for one in _built_in()}
    kept |= {(row["name"], row["preset"], row["valid_from"]): Limit(**row) for row in rows}
    _copy.known, _copy.choices = tuple(kept.values()), tuple(Choice(**row) for row in said)
    _copy.read_at = ticking.monotonic()


async def ensure_known() -> None:
    """Fill the table with what is built in; a row that is there already, perhaps corrected, stays. Safe to repeat."""
    await database.execute(FILL, *columns())


def columns() -> list[list[Any]]:
    """What is built in, column by column in the order of `Known`, as the statement FILL takes it."""
    return [list(column) for column in zip(*ROWS, strict=True)]


async def choose(name: str, preset: str, effective_on: date, note: str = "") -> None:
    """Keep which preset holds from a day on; a second choice for the same day replaces it."""
    await database.execute(
        "INSERT INTO platform_choice (name, preset, effective_on, note) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (name, effective_on) DO UPDATE SET preset = excluded.preset, note = excluded.note",
        name,
        preset,
        effective_on,
        note,
    )
    _copy.read_at = None


def _built_in(rows: Iterable[Known] = ROWS) -> Iterable[Limit]:
    for row in rows:
        yield Limit(
            name=row.name,
            label=row.label,
            value=row.value,
            per=row.per,
            preset=row.preset,
            span_s=row.span_s,
            valid_from=row.since,
            valid_until=row.until,
            is_default=row.is_default,
            source=row.source,
        )


def _holds(limit: Limit, day: date) -> bool:
    return limit.valid_from <= day and (limit.valid_until is None or day <= limit.valid_until)


_copy = _Copy()
