"""How a client is reached by a channel: the same pieces of SQL decide at the freeze and name the recipient later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campaigns.audience.conditions import Compiled
from wechat import accounts

CHANNELS = {
    "wecom_message": "企业微信客户群发（员工确认）",
    "oa_service": "公众号客服消息",
    "oa_mass": "公众号群发",
    "oa_template": "公众号服务通知",
    "oa_subscribe": "公众号订阅通知",
    "wecom_group": "客户群群发（群主确认）",
    "moments": "朋友圈（员工确认）",
}
NOTICES = ("oa_template", "oa_subscribe")
SERVICE = ("oa_service", "oa_template", "wecom_message")
"""How a service message goes, the first that reaches the client: what needs no member's word comes before what does,
because a reminder that somebody must confirm within five minutes is none."""

# the owner's own contact first, else the one added last: a client hears from the person they know
_WECOM = """
SELECT contact.external_userid AS recipient, contact.userid AS sender_userid, contact.staff_id, contact.corpid AS app
FROM contact
WHERE contact.client_id = c.id AND contact.ended_at IS NULL AND contact.corpid = ANY({0}::text[])
ORDER BY (contact.staff_id = c.owner_id) DESC NULLS LAST, contact.added_at DESC NULLS LAST, contact.id DESC
LIMIT 1
"""
_FAN = """
SELECT fan.openid AS recipient, '' AS sender_userid, NULL::bigint AS staff_id, fan.appid AS app
FROM fan
WHERE fan.client_id = c.id AND fan.subscribed AND fan.appid = ANY({0}::text[])
ORDER BY fan.subscribed_at DESC NULLS LAST, fan.id DESC
LIMIT 1
"""
_OPEN_WINDOW = """
SELECT fan.openid AS recipient, '' AS sender_userid, NULL::bigint AS staff_id, fan.appid AS app
FROM fan
WHERE fan.client_id = c.id AND fan.subscribed AND fan.appid = ANY({0}::text[])
    AND fan.window_left > 0 AND fan.window_until > {1}::timestamptz
ORDER BY fan.window_until DESC, fan.id DESC
LIMIT 1
"""
_CREDIT = """
SELECT fan.openid AS recipient, '' AS sender_userid, NULL::bigint AS staff_id, fan.appid AS app
FROM fan JOIN subscription_credit credit ON credit.fan_id = fan.id AND credit.credits > 0 AND NOT credit.refused
WHERE fan.client_id = c.id AND fan.subscribed AND fan.appid = ANY({0}::text[])
ORDER BY fan.subscribed_at DESC NULLS LAST, fan.id DESC
LIMIT 1
"""
_NOBODY = """
SELECT '' AS recipient, '' AS sender_userid, NULL::bigint AS staff_id, '' AS app WHERE FALSE
"""


def channels_of(purpose: str, channel: str, fallbacks: Sequence[str] = ()) -> tuple[str, ...]:
    """The channels that a message may take, the best first: the campaign's own for marketing, several for service."""
    if purpose != "service" or channel in NOTICES:
        return (channel, *fallbacks)
    # without a template of the bank there are no service notices
    return SERVICE if _noticing() else tuple(one for one in SERVICE if one != "oa_template")


def way(channels: Sequence[str], now: datetime, *, first: int = 1, before: str = "''") -> Compiled:
    """A SELECT of channel, recipient, sender_userid, staff_id and app (appid or corpid) for the client `c`.

    One row, of the first of the channels that reaches the client now; no row when none does. before: an SQL expression
    of our own, the name of a channel that is tried before all others.
    """
    pieces: list[str] = []
    arguments: list[Any] = []
    for place, channel in enumerate(channels):
        sql, values = _piece(channel, now)
        names = (f"${first + len(arguments) + index}" for index in range(len(values)))
        # SQL of our own; the channel is a name of this file
        pieces.append(f"(SELECT {place} AS place, '{channel}' AS channel, one.* FROM ({sql.format(*names)}) one)")  # noqa: S608
        arguments += values
    ways = " UNION ALL ".join(pieces)
    # SQL of our own: values travel as arguments
    sql = f"SELECT channel, recipient, sender_userid, staff_id, app FROM ({ways}) ways"  # noqa: S608
    sql += f" ORDER BY channel <> {before}, place LIMIT 1"
    return Compiled(sql, arguments)


def condition(channel: str, now: datetime, *, first: int = 1) -> Compiled:
    """Whether the client `c` can be reached by the channel at this moment."""
    sql, values = _piece(channel, now)
    # which of several ways is the best doesn't matter here, and an order would keep the database from reading in bulk
    some = sql[sql.index("FROM") : sql.index("ORDER BY")]
    names = (f"${first + index}" for index in range(len(values)))
    return Compiled(f"EXISTS (SELECT {some.format(*names)})", values)


def _piece(channel: str, now: datetime) -> tuple[str, list[Any]]:
    if channel == "wecom_message":
        return _WECOM, [sorted({app.receive_id for app in accounts.every("wecom")})]
    if channel == "oa_service":
        return _OPEN_WINDOW, [[app.receive_id for app in accounts.every("official_account")], now]
    if channel == "oa_mass":
        return _FAN, [[app.receive_id for app in accounts.every("official_account")]]
    if channel == "oa_template":
        return _FAN, [_noticing()]
    if channel == "oa_subscribe":
        return _CREDIT, [[app.receive_id for app in accounts.every("official_account")]]
    if channel in CHANNELS:
        # what anybody reads goes to groups and members, to no client by themselves
        return _NOBODY, []
    raise ValueError(f"unknown channel {channel}")


def _noticing() -> list[str]:
    # a service notice needs a template of the account that it goes out through
    return [app.receive_id for app in accounts.every("official_account") if app.template_id]
