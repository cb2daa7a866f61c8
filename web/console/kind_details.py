"""A kind's own part of a campaign in words: what an approver and a reader of the campaign see."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from staff.models import Staff
from web import formats

LABELS = {
    "place": "地点",
    "starts_at": "活动时间",
    "seats": "席位",
    "reply_by": "回复截止",
    "anchor_userid": "主播",
    "minutes": "时长（分钟）",
    "words": "群名包含",
    "tag": "群标签",
    "owner_userid": "群主或员工",
    "least_clients": "至少多少位客户",
}


async def facts(details: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of label and value; a name without a label is shown as it is, so that nothing is hidden."""
    found = []
    for name, value in details.items():
        shown = _moment(value) or ("—" if value is None else str(value))
        if name in ("anchor_userid", "owner_userid"):
            anchor = await Staff.get_or_none(wecom_userid=value)
            shown = anchor.name if anchor else shown
        found.append((LABELS.get(name, name), shown))
    return found


def _moment(value: Any) -> str:
    if not isinstance(value, str) or "T" not in value:
        return ""
    try:
        return formats.moment(datetime.fromisoformat(value))
    except ValueError:
        return ""
