from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from kernel import clock


def test_the_day_is_decided_in_shanghai():
    with clock.frozen(datetime(2026, 11, 24, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 11, 25)


def test_a_shanghai_wall_time_becomes_one_utc_moment():
    assert clock.at_local(date(2026, 11, 25), time(8, 30)) == datetime(2026, 11, 25, 0, 30, tzinfo=UTC)


def test_a_day_has_24_hours_today_and_23_on_the_day_summer_time_began_in_1986():
    first, after = clock.day_bounds(date(2026, 11, 25))
    assert (after - first).total_seconds() == 24 * 3600
    first, after = clock.day_bounds(date(1986, 5, 4))
    assert (after - first).total_seconds() == 23 * 3600


def test_a_time_without_zone_is_refused():
    with pytest.raises(ValueError, match="without zone"):
        clock.local(datetime(2026, 1, 1))  # noqa: DTZ001
