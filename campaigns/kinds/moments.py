"""Moments inside a kind's details: JSON keeps them as ISO text, the editor gives them as they are."""

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
