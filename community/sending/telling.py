"""Telling one client something that is service, not marketing: the channel is chosen by what reaches them now."""

from __future__ import annotations

from datetime import datetime

from community.sending import ledger
from kernel import clock, database
from kernel.errors import Refused

WAYS = """
SELECT f.openid, f.window_left, f.window_until, k.userid, o.wecom_userid AS owner_userid
FROM client c
LEFT JOIN LATERAL (
    SELECT openid, window_left, window_until FROM fan WHERE client_id = c.id AND subscribed ORDER BY id DESC LIMIT 1
) f ON TRUE
LEFT JOIN LATERAL (
    SELECT userid FROM contact WHERE client_id = c.id AND ended_at IS NULL
    ORDER BY (staff_id = c.owner_id) DESC NULLS LAST, added_at DESC NULLS LAST, id DESC LIMIT 1
) k ON TRUE
LEFT JOIN staff o ON o.id = c.owner_id
WHERE c.id = $1
"""


async def tell(
    client_id: int,
    text: str,
    *,
    key: str,
    step: str = "",
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> str:
    """Plan one service message under a key that is used once; returns the channel, or "" when nothing reaches them.

    In this order: a customer-service text inside the open window, a service notice to a follower, a text to the member
    of staff who knows the client (with the request to pass it on).
    """
    way = await database.fetch_one(WAYS, client_id)
    if way is None:
        raise Refused("没有这位客户", code="client.unknown", status=404)
    channel, recipient = _choose(way)
    if not channel:
        return ""
    await ledger.plan(
        key=key,
        purpose="service",
        channel=channel,
        recipient=recipient,
        text=f"请转告客户（编号 {client_id}）：{text}" if channel == "staff_message" else text,
        client_id=client_id,
        step=step,
        due_at=due_at,
        expires_at=expires_at,
    )
    return channel


def _choose(way: database.Row) -> tuple[str, str]:
    if way["openid"]:
        is_open = way["window_left"] and way["window_until"] and way["window_until"] > clock.now()
        return ("oa_service" if is_open else "oa_template"), way["openid"]
    userid = way["userid"] or way["owner_userid"]
    return ("staff_message", userid) if userid else ("", "")
