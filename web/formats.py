"""How money, numbers, shares, days and moments are written for staff and clients."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from kernel import clock, masking

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EM DASH}"
_WEEKDAYS = "一二三四五六日"


def money(fen: int | None, unit: str = "yuan") -> str:
    """1234567 -> 12,345.67 元; unit "short" uses 万元 from ten thousand and 亿元 from a hundred million yuan."""
    if fen is None:
        return NOTHING
    yuan = Decimal(fen) / 100
    if unit == "short" and abs(yuan) >= 100_000_000:
        return f"{_plain(yuan / 100_000_000, 2)} 亿元"
    if unit == "short" and abs(yuan) >= 10_000:
        return f"{_plain(yuan / 10_000, 2)} 万元"
    return f"{_plain(yuan, 2)} 元"


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
    return NOTHING if difference is None else f"{number(Decimal(str(difference)) * 100, digits, signed=True)} 个百分点"


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """0.034, 0.076 -> 3.4 至 7.6 (in percentage points)."""
    if low is None or high is None:
        return NOTHING
    return f"{number(Decimal(str(low)) * 100, digits)} 至 {number(Decimal(str(high)) * 100, digits)}"


def day(value: date | datetime | None, *, weekday: bool = False) -> str:
    """9 月 18 日, with the year when it is another one; weekday adds 周五."""
    if value is None:
        return NOTHING
    local = clock.local(value).date() if isinstance(value, datetime) else value
    text = f"{local.month} 月 {local.day} 日"
    if local.year != clock.today().year:
        text = f"{local.year} 年 {text}"
    return f"{text}，周{_WEEKDAYS[local.weekday()]}" if weekday else text


def moment(value: datetime | None) -> str:
    """9 月 18 日 14:02 on the Shanghai wall clock; today and yesterday by name."""
    if value is None:
        return NOTHING
    local = clock.local(value)
    distance = (clock.today() - local.date()).days
    if distance in (0, 1):
        return f"{'今天' if distance == 0 else '昨天'} {local:%H:%M}"
    return f"{day(value)} {local:%H:%M}"


def wall_time(value: datetime | None) -> str:
    """14:02 on the Shanghai wall clock, where the day is known from the place."""
    return NOTHING if value is None else f"{clock.local(value):%H:%M}"


def ago(value: datetime | None) -> str:
    """How long ago, in one unit: 3 分钟前."""
    if value is None:
        return NOTHING
    seconds = (clock.now() - value).total_seconds()
    for size, unit in ((86400, "天"), (3600, "小时"), (60, "分钟")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}前"
    return "刚刚"


def input_moment(value: datetime | None) -> str:
    """The value of an <input type="datetime-local">, in Shanghai."""
    return f"{clock.local(value):%Y-%m-%dT%H:%M}" if value else ""


def surname(full: str) -> str:
    """The one character shown on an avatar."""
    return full.strip()[:1] or "?"


def masked_name(full: str | None) -> str:
    """张三 -> 张*"""
    return masking.name(full) if full else "未登记姓名"


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
