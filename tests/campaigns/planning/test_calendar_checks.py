"""What the calendar says of full days, holidays and better days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from campaigns.planning import calendar, calendar_checks
from campaigns.planning.calendar import Day, Entry
from campaigns.planning.models import Campaign
from kernel import clock, holidays
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


def test_the_years_tables_know_holidays_and_make_up_days() -> None:
    assert holidays.name_of(date(2025, 10, 8)) == "国庆节、中秋节"
    assert holidays.is_working(date(2025, 10, 11))
    assert not holidays.is_working(date(2026, 2, 23))
    assert holidays.name_of(date(2027, 2, 6)) == "春节"
    assert [holidays.is_announced(year) for year in (2025, 2026, 2027)] == [True, True, False]


def test_the_better_day_works_has_room_and_is_near() -> None:
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    days = [_day(monday + timedelta(days=n), [] if n > 1 else [50, 50]) for n in range(7)]
    found = calendar_checks.better(days, monday, 100)
    assert found is not None
    assert found > monday + timedelta(days=1)
    assert holidays.is_working(found)
    assert calendar_checks.better(days[:2], monday, 100) is None


def test_a_day_is_as_full_as_its_messages() -> None:
    assert calendar_checks.load(_day(clock.today(), [40, 48]), 100) == 88
    assert calendar_checks.load(_day(clock.today(), [40]), 0) == 0


async def test_a_full_day_is_told_with_a_better_one(cast: Cast) -> None:
    await make_clients(cast, 10)
    at = clock.now() + timedelta(days=3)
    campaign = await approved(cast, starts_at=at)
    most = await calendar_checks.capacity(cast.li)
    assert most >= 10
    today = clock.today()
    days = await calendar.span(cast.li, today, today + timedelta(days=20))
    assert sum(entry.people for day in days for entry in day.entries) == 10
    full = [one for one in await calendar_checks.of(days, cast.li, 10) if one.kind == "load"]
    assert [(one.percent, one.entry.campaign_id) for one in full if one.entry] == [(100, campaign.id)]
    assert full[0].better is not None


async def test_a_holiday_is_told_once_with_what_stands_in_it(cast: Cast) -> None:
    campaign = await draft_of(cast, starts_at=datetime(2027, 10, 2, 2, tzinfo=UTC))
    await Campaign.filter(id=campaign.id).update(state="scheduled")
    days = await calendar.month(cast.li, 2027, 10)
    found = await calendar_checks.of(days, cast.li, 0)
    assert [(one.kind, one.number) for one in found] == [("holiday", 1), ("unannounced", 2027)]
    assert found[0].names == ("国庆节", "九月理财课")
    assert (found[0].day.day, found[0].until.day) == (1, 3)


def _day(day: date, people: list[int]) -> Day:
    at = clock.at_local(day, datetime.min.time())
    entries = [Entry(at, n, "活动", "message", "wecom_message", "scheduled", "", None, m) for n, m in enumerate(people)]
    return Day(day, entries, [])
