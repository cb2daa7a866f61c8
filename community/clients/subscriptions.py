"""Credits for subscription messages: what a fan agreed to, template by template, and what is left of it.

The balance is summed up anew from the movements by their own time, so that news in any order ends in the same number.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from kernel import database

What = Literal["accepted", "sent", "refused", "emptied", "allowed"]
DELTAS: dict[What, int] = {"accepted": 1, "sent": -1, "refused": 0, "emptied": 0, "allowed": 0}
OPEN = """
INSERT INTO subscription_credit (fan_id, template_id) VALUES ($1, $2)
ON CONFLICT (fan_id, template_id) DO UPDATE SET template_id = excluded.template_id RETURNING id
"""
MOVE = """
INSERT INTO subscription_move (credit_id, what, delta, at, key) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (key) DO NOTHING RETURNING id
"""
COUNT = """
WITH zero AS (
  SELECT max(at) AS at FROM subscription_move WHERE credit_id = $1 AND what IN ('refused', 'emptied')
), word AS (
  SELECT what FROM subscription_move WHERE credit_id = $1 AND what IN ('accepted', 'refused', 'allowed')
  ORDER BY at DESC, id DESC LIMIT 1
)
UPDATE subscription_credit SET
  credits = greatest(0, coalesce((SELECT sum(delta) FROM subscription_move, zero
    WHERE credit_id = $1 AND (zero.at IS NULL OR subscription_move.at > zero.at)), 0)),
  refused = coalesce((SELECT what = 'refused' FROM word), false),
  told_at = greatest(told_at, $2)
WHERE id = $1
"""
FAN = "SELECT id FROM fan WHERE appid = $1 AND openid = $2"
USABLE = """
SELECT c.template_id FROM subscription_credit c JOIN fan f ON f.id = c.fan_id
WHERE f.appid = $1 AND f.openid = $2 AND c.credits > 0 AND NOT c.refused ORDER BY c.credits DESC, c.id
"""
LEFT = """
SELECT c.credits FROM subscription_credit c JOIN fan f ON f.id = c.fan_id
WHERE f.appid = $1 AND f.openid = $2 AND c.template_id = $3
"""


async def move(appid: str, openid: str, template_id: str, what: What, at: datetime, key: str) -> bool:
    """Write one movement down, once per key; False: it is known, or nobody of that openid is.

    accepted: one more message of a one-time template. sent: one was used, by whoever tells first, the call's answer or
    the platform's receipt (both name the msgid in the key). refused: the fan said no. emptied: the platform says that
    nothing is left (43101). allowed: the fan lifted a no in their settings, which gives no message by itself.
    """
    async with database.transaction():
        fan_id = await database.fetch_value(FAN, appid, openid)
        if fan_id is None:
            return False
        credit_id = await database.fetch_value(OPEN, fan_id, template_id)
        if await database.fetch_value(MOVE, credit_id, what, DELTAS[what], at, f"{appid}:{key}"[:160]) is None:
            return False
        await database.execute(COUNT, credit_id, at)
        return True


async def sent(appid: str, openid: str, template_id: str, msgid: str, at: datetime) -> bool:
    """One message was used; for the send that got this msgid, and for the receipt that names it."""
    return await move(appid, openid, template_id, "sent", at, f"sent:{msgid}")


async def emptied(appid: str, openid: str, template_id: str, at: datetime, key: str) -> bool:
    """The platform refused a message with 43101: nothing is left, whatever we have counted."""
    return await move(appid, openid, template_id, "emptied", at, f"emptied:{key}")


async def usable(appid: str, openid: str) -> list[str]:
    """The templates of which the fan still takes messages, the one with most left first."""
    return [row["template_id"] for row in await database.fetch(USABLE, appid, openid)]


async def left(appid: str, openid: str, template_id: str) -> int:
    """How many messages of this template the fan still takes."""
    return int(await database.fetch_value(LEFT, appid, openid, template_id) or 0)
