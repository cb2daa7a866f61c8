"""How money, numbers, shares, days and moments are written for staff and clients, in the language in use."""

from __future__ import annotations

import calendar
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from kernel import clock, masking
from web import language
from web.language import gettext as _

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"
_WEEKDAYS = "一二三四五六日"
# unit by language, from the largest; a language without a line here counts like English
_UNITS = {
    language.DEFAULT: ((100_000_000, "亿元"), (10_000, "万元"), (1, "元")),
    "en": ((1_000_000_000, "bn\N{NO-BREAK SPACE}CNY"), (1_000_000, "M\N{NO-BREAK SPACE}CNY"), (1, "CNY")),
}
_CHART_UNITS = {language.DEFAULT: (1_000_000, "万元"), "en": (100_000, "k\N{NO-BREAK SPACE}CNY")}


def money(fen: int | None, unit: str = "yuan") -> str:
    """1234567 -> 12,345.67 元; unit "short" uses 万元 from ten thousand and 亿元 from a hundred million yuan."""
    if fen is None:
        return NOTHING
    yuan = Decimal(fen) / 100
    units = _UNITS.get(language.current(), _UNITS["en"])
    size, word = next((one for one in units if unit == "short" and abs(yuan) >= one[0]), units[-1])
    return f"{_plain(yuan / size, 2)} {word}"


def chart_unit() -> tuple[int, str]:
    """How many fen make one on the axis of a chart of money, and what that is called."""
    return _CHART_UNITS.get(language.current(), _CHART_UNITS["en"])


def number(value: float | Decimal | None, digits: int = 0, *, signed: bool = False) -> str:
    """12345 -> 12,345; signed puts + before what is above zero; the minus is U+2212."""
    if value is None:
        return NOTHING
    sign = "+" if signed and value > 0 else ""
    return sign + _plain(Decimal(str(value)), digits)


def percent(share: float | Decimal | None, digits: int = 1) -> str:
    """0.249 -> 24.9%"""
    return NOTHING if share is None else f"{_plain(Decimal(str(share)) * 100, digits)}%"


def points(difference: float | Decimal | None, digits: int = 1) -> str:
    """0.055 -> +5.5 个百分点"""
    if difference is None:
        return NOTHING
    return number(Decimal(str(difference)) * 100, digits, signed=True) + " " + _("个百分点")


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """0.034, 0.076 -> 3.4 至 7.6 (in percentage points)."""
    if low is None or high is None:
        return NOTHING
    return " ".join((number(Decimal(str(low)) * 100, digits), _("至"), number(Decimal(str(high)) * 100, digits)))


def day(value: date | datetime | None, *, weekday: bool = False) -> str:
    """9 月 18 日 (18 Sep), with the year when it is another one; weekday adds 周五."""
    if value is None:
        return NOTHING
    local = clock.local(value).date() if isinstance(value, datetime) else value
    is_chinese = language.current() == language.DEFAULT
    text = f"{local.month} 月 {local.day} 日" if is_chinese else f"{local.day} {calendar.month_abbr[local.month]}"
    if local.year != clock.today().year:
        text = f"{local.year} 年 {text}" if is_chinese else f"{text} {local.year}"
    return text + _("，") + weekday_name(local) if weekday else text


def weekday_name(value: date | int) -> str:
    """周五 (Fri) of a day, or of the number of a weekday from Monday 0."""
    number_of = value if isinstance(value, int) else value.weekday()
    return f"周{_WEEKDAYS[number_of]}" if language.current() == language.DEFAULT else calendar.day_abbr[number_of]


def moment(value: datetime | None) -> str:
    """9 月 18 日 14:02 on the Shanghai wall clock; today and yesterday by name."""
    if value is None:
        return NOTHING
    local = clock.local(value)
    distance = (clock.today() - local.date()).days
    if distance in (0, 1):
        return (_("今天") if distance == 0 else _("昨天")) + f" {local:%H:%M}"
    return f"{day(value)} {local:%H:%M}"


def wall_time(value: datetime | None) -> str:
    """14:02 on the Shanghai wall clock, where the day is known from the place."""
    return NOTHING if value is None else f"{clock.local(value):%H:%M}"


def ago(value: datetime | None) -> str:
    """How long ago, in one unit: 3 分钟前."""
    if value is None:
        return NOTHING
    seconds = (clock.now() - value).total_seconds()
    for size, text in ((86400, _("%(n)s 天前")), (3600, _("%(n)s 小时前")), (60, _("%(n)s 分钟前"))):
        if seconds >= size:
            return text % {"n": int(seconds // size)}
    return _("刚刚")


def input_moment(value: datetime | None) -> str:
    """The value of an <input type="datetime-local">, in Shanghai."""
    return f"{clock.local(value):%Y-%m-%dT%H:%M}" if value else ""


def surname(full: str) -> str:
    """The one character shown on an avatar."""
    return full.strip()[:1] or "?"


def masked_name(full: str | None) -> str:
    """张三 -> 张*"""
    return masking.name(full) if full else _("未登记姓名")


def masked_phone(digits: str | None) -> str:
    """13812345678 -> 138****5678"""
    return masking.phone(digits) if digits else NOTHING


def spark_points(values: list[float], width: int = 240, height: int = 36) -> str:
    """The points of an SVG polyline through `values`, four units of air above and below."""
    if len(values) < 2:
        return ""
    low, high = min(values), max(values)
    spread = (high - low) or 1
    step = width / (len(values) - 1)
    return " ".join(
        f"{index * step:.1f},{4 + (height - 8) * (1 - (value - low) / spread):.1f}"
        for index, value in enumerate(values)
    )


def _plain(value: Decimal, digits: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    text = f"{abs(rounded):,}"
    return MINUS + text if rounded < 0 else text
