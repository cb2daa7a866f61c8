"""Followers of the official account, and the window in which we may write to them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from kernel import database
from wechat import limits

Action = Literal["message", "tap"]


FOLLOW = """
INSERT INTO fan (client_id, appid, openid, subscribed, subscribed_at, scene)
VALUES ($1, $2, $3, true, $4, $5)
ON CONFLICT (appid, openid) DO UPDATE SET
  subscribed = true, subscribed_at = $4, ended_how = '', scene = coalesce(nullif($5, ''), fan.scene)
WHERE coalesce(fan.unsubscribed_at, $4) <= $4 AND (NOT fan.subscribed OR fan.subscribed_at IS NULL)
RETURNING id
"""
UNFOLLOW = """
INSERT INTO fan (client_id, appid, openid, subscribed, unsubscribed_at)
VALUES ($1, $2, $3, false, $4)
ON CONFLICT (appid, openid) DO UPDATE SET subscribed = false, unsubscribed_at = $4, ended_how = 'by_client',
  window_left = 0, window_until = NULL
WHERE fan.subscribed AND coalesce(fan.subscribed_at, $4) <= $4
RETURNING id
"""
MEET = """
INSERT INTO fan (client_id, appid, openid, subscribed) VALUES ($1, $2, $3, false)
ON CONFLICT (appid, openid) DO NOTHING
"""
OPEN_WINDOW = """
INSERT INTO fan (client_id, appid, openid, window_left, window_until, acted_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (appid, openid) DO UPDATE SET window_left = $4, window_until = $5, acted_at = $6
WHERE fan.acted_at IS NULL OR fan.acted_at <= $6
RETURNING id
"""


async def follow(client_id: int, appid: str, openid: str, at: datetime, scene: str = "") -> int | None:
    """They follow since `at`; the fan's id, or None when that is no news (a repeat, or older than what we know)."""
    return await _id(FOLLOW, client_id, appid, openid, at, scene[:64])


async def unfollow(client_id: int, appid: str, openid: str, at: datetime) -> int | None:
    """They left at `at`; the fan's id, or None when that is no news."""
    return await _id(UNFOLLOW, client_id, appid, openid, at)


async def meet(client_id: int, appid: str, openid: str) -> None:
    """They showed themselves to this account; whether they follow it is told by others."""
    await database.execute(MEET, client_id, appid, openid)


async def find(appid: str, openid: str) -> int | None:
    """The fan's id, or None."""
    return await _id("SELECT id FROM fan WHERE appid = $1 AND openid = $2", appid, openid)


async def open_window(client_id: int, appid: str, openid: str, action: Action, at: datetime) -> None:
    """The newest action sets how much we may write, also when that is less than an older one allowed."""
    window = limits.at(f"oa.window.{action}", at)
    until = at + timedelta(seconds=window.span_s)
    await _id(OPEN_WINDOW, client_id, appid, openid, window.number(at), until, at)


async def _id(sql: str, *arguments: object) -> int | None:
    found: int | None = await database.fetch_value(sql, *arguments)
    return found
