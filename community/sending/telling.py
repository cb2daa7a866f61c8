"""Telling clients something that is service, not marketing: the channel is chosen by what reaches each of them now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from community.sending import ledger
from kernel import clock, database, records, sealing
from kernel.errors import Refused

WAYS = """
SELECT c.id AS client_id, f.openid, f.appid, f.window_left, f.window_until, k.userid, k.corpid,
    o.wecom_userid AS owner_userid, o.wecom_corpid AS owner_corpid
FROM client c
LEFT JOIN LATERAL (
    SELECT openid, appid, window_left, window_until FROM fan WHERE client_id = c.id AND subscribed
    ORDER BY id DESC LIMIT 1
) f ON TRUE
LEFT JOIN LATERAL (
    SELECT userid, corpid FROM contact WHERE client_id = c.id AND ended_at IS NULL
    ORDER BY (staff_id = c.owner_id) DESC NULLS LAST, added_at DESC NULLS LAST, id DESC LIMIT 1
) k ON TRUE
LEFT JOIN staff o ON o.id = c.owner_id
WHERE c.id = ANY($1::bigint[])
"""
PLAN_MANY = """
INSERT INTO send (id, key, purpose, channel, client_id, recipient, app, body_sealed, step, due_at, expires_at)
SELECT u.id, u.key, 'service', u.channel, u.client_id, u.recipient, u.app, u.body, $8, $9, $10
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[])
  AS u(id, key, channel, client_id, recipient, app, body)
ON CONFLICT (key) DO NOTHING
"""


NOBODY = ("", "", "")


class Message(NamedTuple):
    """What one of many clients is told, under a key that is used once."""

    client_id: int
    text: str
    key: str


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
    way = await database.fetch_one(WAYS, [client_id])
    if way is None:
        raise Refused("没有这位客户", code="client.unknown", status=404)
    channel, recipient, app = _choose(way)
    if not channel:
        return ""
    await ledger.plan(
        key=key,
        purpose="service",
        channel=channel,
        recipient=recipient,
        text=_worded(client_id, text, channel),
        client_id=client_id,
        app=app,
        step=step,
        due_at=due_at,
        expires_at=expires_at,
    )
    return channel


async def tell_many(
    messages: Sequence[Message], *, step: str = "", due_at: datetime | None = None, expires_at: datetime | None = None
) -> dict[str, str]:
    """The same for many, in a few statements: the channel by key, without those whom nothing reaches.

    Nobody is woken: the clock's next round sends them, behind what is more urgent.
    """
    rows = await database.fetch(WAYS, sorted({message.client_id for message in messages}))
    ways = {row["client_id"]: _choose(row) for row in rows}
    reached = [(message, *ways[message.client_id]) for message in messages if ways.get(message.client_id, NOBODY)[0]]
    ids = await records.reserve_ids("send", len(reached))
    bodies = [
        sealing.seal(_worded(one.client_id, one.text, channel), table="send", column="body_sealed", row=send_id)
        for send_id, (one, channel, _, _) in zip(ids, reached, strict=True)
    ]
    await database.execute(
        PLAN_MANY,
        ids,
        [one.key for one, _, _, _ in reached],
        [channel for _, channel, _, _ in reached],
        [one.client_id for one, _, _, _ in reached],
        [recipient for _, _, recipient, _ in reached],
        [app for _, _, _, app in reached],
        bodies,
        *(step, due_at or clock.now(), expires_at),
    )
    return {one.key: channel for one, channel, _, _ in reached}


def _worded(client_id: int, text: str, channel: str) -> str:
    return f"请转告客户（编号 {client_id}）：{text}" if channel == "staff_message" else text


def _choose(way: database.Row) -> tuple[str, str, str]:
    if way["openid"]:
        is_open = way["window_left"] and way["window_until"] and way["window_until"] > clock.now()
        return ("oa_service" if is_open else "oa_template"), way["openid"], way["appid"]
    if way["userid"]:
        return "staff_message", way["userid"], way["corpid"]
    return ("staff_message", way["owner_userid"], way["owner_corpid"] or "") if way["owner_userid"] else NOBODY
