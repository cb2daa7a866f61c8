"""What is to say about a stretch of the calendar: days too full, holidays, allowances that run out, a better day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from campaigns.planning import calendar, forecasting, lifecycle
from campaigns.planning.calendar import Day, Entry
from community.sending import policies, quota_overview
from kernel import clock, database, holidays
from staff import scope
from staff.models import Staff

FULL_PERCENT = 80
"""From here on a day counts as full: what goes wrong or comes late has no place left."""
NEAR = timedelta(days=14)
WILLING = "SELECT count(*)::int FROM client c WHERE c.marketing_consent AND {scope}"
PLANNED = ("submitted", "approved", "scheduled", "sending", "paused", "held")


@dataclass(frozen=True)
class Check:
    """One thing to look at. kind: load, clash, window, waiting, holiday, unannounced. better: a day with room.

    entry: which campaign it is about, or which one could move to the better day.
    """

    kind: str
    day: date
    until: date
    entry: Entry | None = None
    better: date | None = None
    percent: int = 0
    number: int = 0
    names: tuple[str, ...] = ()


async def capacity(person: Staff) -> int:
    """How many marketing messages the clients in this person's scope may get on one day, by the policy in force."""
    own = scope.clients(person)
    willing = int(await database.fetch_value(WILLING.format(scope=own.sql), *own.arguments) or 0)
    return willing * (await policies.in_force()).daily_cap


def load(day: Day, most: int) -> int:
    """How full a day is, in percent of what clients may get. Pure."""
    people = sum(entry.people for entry in day.entries)
    return min(999, round(100 * people / most)) if most else 0


async def of(days: Sequence[Day], person: Staff, most: int) -> list[Check]:
    """Everything to say about these days, the pressing things first; `most`: see `capacity`."""
    found = [*_full(days, most), *_clashes(days, most), *await _windows(days, person), *_waiting(days)]
    return [*found, *_holidays(days), *_unannounced(days)]


def better(days: Sequence[Day], of_day: date, most: int) -> date | None:
    """The nearest working day of these to come, within two weeks, that has room; None without. Pure."""
    today = clock.today()
    near = sorted((day for day in days if abs(day.day - of_day) <= NEAR), key=lambda day: abs(day.day - of_day))
    for day in near:
        has_room = len(day.entries) < calendar.MOST_PER_DAY and load(day, most) < FULL_PERCENT
        if day.day != of_day and day.day > today and holidays.is_working(day.day) and has_room:
            return day.day
    return None


def _full(days: Sequence[Day], most: int) -> Iterator[Check]:
    for day in days:
        if day.day >= clock.today() and (percent := load(day, most)) >= FULL_PERCENT:
            names = tuple(entry.name for entry in day.entries if entry.people)
            people = sum(entry.people for entry in day.entries)
            move = _movable(day)
            yield Check("load", day.day, day.day, move, _to(days, day, most, move), percent, people, names)


def _clashes(days: Sequence[Day], most: int) -> Iterator[Check]:
    for day in days:
        if day.clashes and day.day >= clock.today():
            move = _movable(day)
            names = tuple(entry.name for entry in day.entries if not entry.step)
            yield Check("clash", day.day, day.day, move, _to(days, day, most, move), number=len(names), names=names)


async def _windows(days: Sequence[Day], person: Staff) -> list[Check]:
    planned = await forecasting.scheduled(person)
    if not any(one.channel == "wecom_message" for one in planned):
        return []
    windows = await forecasting.windows(planned, await quota_overview.of_clients(person))
    first, last = days[0].day, days[-1].day
    found = []
    for one in windows:
        began, ends = clock.local(one.began).date(), (clock.local(one.ends) - timedelta(seconds=1)).date()
        if one.is_short and began <= last and ends >= first:
            names = tuple(campaign.name for campaign in one.campaigns)
            found.append(Check("window", began, ends, number=max(0, one.messages - one.capacity), names=names))
    return found


def _waiting(days: Sequence[Day]) -> Iterator[Check]:
    for day in days:
        for entry in day.entries:
            if entry.state == "submitted" and not entry.step:
                yield Check("waiting", day.day, day.day, entry)


def _holidays(days: Sequence[Day]) -> Iterator[Check]:
    """Each holiday once, from its first to its last day here, with what stands in it."""
    at = 0
    while at < len(days):
        name, first = holidays.name_of(days[at].day), at
        while at + 1 < len(days) and name and holidays.name_of(days[at + 1].day) == name:
            at += 1
        if name and days[at].day >= clock.today():
            inside = [entry for day in days[first : at + 1] for entry in day.entries if entry.state in PLANNED]
            names = tuple(entry.name for entry in inside)
            yield Check("holiday", days[first].day, days[at].day, number=len(inside), names=(name, *names))
        at += 1


def _unannounced(days: Sequence[Day]) -> Iterator[Check]:
    year = days[-1].day.year
    if not holidays.is_announced(year):
        yield Check("unannounced", days[0].day, days[-1].day, number=year)


def _movable(day: Day) -> Entry | None:
    """What would move: the last start of the day that can still be edited, drafts before what is approved."""
    starts = [entry for entry in day.entries if not entry.step and lifecycle.may("edit", entry.state)]
    return max(starts, key=lambda entry: (entry.state == "draft", entry.at), default=None)


def _to(days: Sequence[Day], day: Day, most: int, move: Entry | None) -> date | None:
    return better(days, day.day, most) if move else None
