"""How a client is reached by a channel: the same pieces of SQL decide at the freeze and name the recipient later."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.audience.conditions import Compiled
from kernel import settings

CHANNELS = {
    "wecom_message": "企业微信客户群发（员工确认）",
    "oa_service": "公众号客服消息",
    "oa_template": "公众号服务通知",
}

# the owner's own contact first, else the one added last: a client hears from the person they know
_WECOM = """
SELECT contact.external_userid AS recipient, contact.userid AS sender_userid, contact.staff_id
FROM contact
WHERE contact.client_id = c.id AND contact.ended_at IS NULL AND contact.corpid = {0}::text
ORDER BY (contact.staff_id = c.owner_id) DESC NULLS LAST, contact.added_at DESC NULLS LAST, contact.id DESC
LIMIT 1
"""
_FAN = """
SELECT fan.openid AS recipient, '' AS sender_userid, NULL::bigint AS staff_id
FROM fan
WHERE fan.client_id = c.id AND fan.subscribed AND fan.appid = {0}::text
ORDER BY fan.subscribed_at DESC NULLS LAST, fan.id DESC
LIMIT 1
"""
_OPEN_WINDOW = """
SELECT fan.openid AS recipient, '' AS sender_userid, NULL::bigint AS staff_id
FROM fan
WHERE fan.client_id = c.id AND fan.subscribed AND fan.appid = {0}::text
    AND fan.window_left > 0 AND fan.window_until > {1}::timestamptz
ORDER BY fan.window_until DESC, fan.id DESC
LIMIT 1
"""


def way(channel: str, now: datetime, *, first: int = 1) -> Compiled:
    """A one-row SELECT of recipient, sender_userid and staff_id for the client `c`; no row when not reachable."""
    sql, values = _piece(channel, now)
    return Compiled(sql.format(*(f"${first + index}" for index in range(len(values)))), values)


def condition(channel: str, now: datetime, *, first: int = 1) -> Compiled:
    """Whether the client `c` can be reached by the channel at this moment."""
    found = way(channel, now, first=first)
    return Compiled(f"EXISTS ({found.sql})", found.arguments)


def _piece(channel: str, now: datetime) -> tuple[str, list[Any]]:
    own = settings.get()
    if channel == "wecom_message":
        return _WECOM, [own.wecom_corpid]
    if channel == "oa_service":
        return _OPEN_WINDOW, [own.oa_appid, now]
    if channel == "oa_template":
        return _FAN, [own.oa_appid]
    raise ValueError(f"unknown channel {channel}")
