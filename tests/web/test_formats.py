"""How numbers and times are written."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from kernel import clock
from web import formats

NOW = datetime(2026, 9, 18, 6, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fen", "unit", "text"),
    [
        (123456, "yuan", "1,234.56 元"),
        (-5, "yuan", "−0.05 元"),
        (0, "yuan", "0.00 元"),
        (123_456_789, "short", "123.46 万元"),
        (12_800_000_000, "short", "1.28 亿元"),
        (99_999, "short", "999.99 元"),
        (None, "yuan", "—"),
    ],
)
def test_money_is_written_in_yuan_and_short_in_ten_thousands(fen, unit, text):
    assert formats.money(fen, unit) == text


def test_differences_are_percentage_points_with_a_real_minus():
    assert formats.points(0.055) == "+5.5 个百分点"
    assert formats.points(-0.0123) == "−1.2 个百分点"
    assert formats.interval(-0.004, 0.036) == "−0.4 至 3.6"
    assert formats.percent(0.2494) == "24.9%"
    assert formats.number(-0.04, 1) == "0.0"


def test_moments_are_written_on_the_wall_clock_of_shanghai():
    with clock.frozen(NOW):
        assert formats.moment(NOW) == "今天 14:02"
        assert formats.moment(datetime(2026, 9, 16, 16, 5, tzinfo=UTC)) == "昨天 00:05"
        assert formats.moment(datetime(2026, 9, 1, 2, 0, tzinfo=UTC)) == "9 月 1 日 10:00"
        assert formats.day(date(2025, 12, 31)) == "2025 年 12 月 31 日"
        assert formats.day(date(2026, 9, 18), weekday=True) == "9 月 18 日，周五"
        assert formats.ago(datetime(2026, 9, 18, 5, 59, tzinfo=UTC)) == "3 分钟前"


def test_a_sparkline_needs_two_values():
    assert formats.spark_points([1]) == ""
    assert formats.spark_points([1, 2, 3]).count(",") == 3
