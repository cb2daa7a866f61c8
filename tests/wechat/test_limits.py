"""Platform limits as data: what held on which day, what the bank chose, and when a window begins anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import clock, database
from wechat import limits
from wechat.limits import GROUP_MESSAGE
from wechat.limits_known import ROWS

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)
moments = st.datetimes(datetime(2022, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


def test_an_action_opened_a_window_of_twenty_until_the_cut_of_june_2023() -> None:
    before = limits.at("oa.window.message", datetime(2023, 6, 11, 15, 59, 59, tzinfo=UTC))
    after = limits.at("oa.window.message", datetime(2023, 6, 11, 16, tzinfo=UTC))
    assert (before.value, before.span_s) == (20, 48 * 3600)
    assert (after.value, after.span_s, after.valid_from) == (5, 48 * 3600, date(2023, 6, 12))
    tap = limits.at("oa.window.tap", NOW)
    assert (tap.value, tap.span_s) == (3, 60)


@pytest.mark.parametrize(
    ("day", "preset", "allowed"),
    [
        (datetime(2021, 5, 5, tzinfo=UTC), "month_4", 4),
        (datetime(2023, 5, 5, tzinfo=UTC), "day_1", 1),
        (datetime(2026, 2, 5, tzinfo=UTC), "month_days", 28),
        (datetime(2028, 2, 5, tzinfo=UTC), "month_days", 29),
        (NOW, "month_days", 30),
    ],
)
def test_group_messages_were_limited_as_each_time_had_it(day: datetime, preset: str, allowed: int) -> None:
    limit = limits.at(GROUP_MESSAGE, day)
    assert (limit.preset, limit.number(day)) == (preset, allowed)
    assert limit.source


def test_an_unknown_limit_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError):
        limits.at("wecom.nothing", NOW)


@given(moments, st.sampled_from(("month_days", "week_7", "day_1")))
def test_a_window_holds_its_moment_and_frees_where_the_next_one_begins(moment: datetime, preset: str) -> None:
    limit = next(one for one in limits.every() if one.name == GROUP_MESSAGE and one.preset == preset)
    assert limit.began(moment) <= moment < limit.frees(moment)
    assert limit.began(limit.frees(moment)) == limit.frees(moment)
    wall = clock.local(limit.frees(moment))
    assert (wall.hour, wall.minute) == (0, 0)
    if preset == "week_7":
        assert wall.weekday() == 0
        assert limit.frees(moment) - limit.began(moment) == timedelta(days=7)
    if preset == "month_days":
        assert wall.day == 1
        assert limit.number(moment) == (limit.frees(moment) - limit.began(moment)).days


def test_no_two_rows_of_one_preset_hold_on_the_same_day_and_each_limit_has_one_default() -> None:
    for row in ROWS:
        alike = [one for one in ROWS if (one.name, one.preset) == (row.name, row.preset) and one is not row]
        for other in alike:
            assert (row.until or date.max) < other.since or (other.until or date.max) < row.since
    for row in ROWS:
        defaults = [one for one in limits.offers(row.name, NOW) if one.is_default]
        assert len(defaults) == 1, row.name


@pytest.mark.usefixtures("db")
async def test_the_table_is_filled_once_and_what_was_corrected_there_stays_and_counts() -> None:
    await limits.ensure_known()
    await limits.ensure_known()
    assert await database.fetch_value("SELECT count(*) FROM platform_limit") == len(ROWS)
    await database.execute("UPDATE platform_limit SET value = 150000 WHERE name = 'oa.template'")
    await limits.ensure_known()
    await limits.refresh(0)
    assert limits.at("oa.template", NOW).value == 150_000
    await database.execute("DELETE FROM platform_limit")
    await limits.refresh(0)
    assert limits.at("oa.template", NOW).value == 100_000


@pytest.mark.usefixtures("db")
async def test_a_chosen_preset_holds_from_its_day_on() -> None:
    await limits.choose(GROUP_MESSAGE, "week_7", date(2026, 11, 26), "管理员在企业微信后台改为每周 7 条")
    await limits.refresh()
    assert limits.at(GROUP_MESSAGE, NOW).preset == "month_days"
    assert limits.at(GROUP_MESSAGE, NOW + timedelta(days=1)).preset == "week_7"
    assert [one.preset for one in limits.choices(GROUP_MESSAGE)] == ["week_7"]
