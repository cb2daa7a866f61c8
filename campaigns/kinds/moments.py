"""Values inside a kind's details: JSON keeps moments as ISO text, forms give anything."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kernel.errors import Refused


def read(value: Any) -> datetime | None:
    """An aware moment from ISO text or a datetime; None for nothing. Refused: anything else."""
    if value in (None, ""):
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused("时间格式不正确，例如 2026-09-18 14:00", code="moment.malformed") from error
    if moment.tzinfo is None:
        raise Refused("时间缺少时区", code="moment.zone")
    return moment


def whole(value: Any) -> int:
    """A whole number, 0 for nothing. Refused: anything else, or more than a count can be."""
    try:
        number = int(value or 0)
    except (TypeError, ValueError) as error:
        raise Refused("请填写整数", code="number.malformed") from error
    if not 0 <= number < 10**9:
        raise Refused("数字超出范围", code="number.range")
    return number
