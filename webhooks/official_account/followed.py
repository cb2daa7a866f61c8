"""Somebody follows the official account, or leaves it."""

from __future__ import annotations

from community.clients import fans, tasks, timeline
from webhooks.official_account import acting
from wechat.events import Followed, Unfollowed


async def followed(event: Followed) -> None:
    """They are a client we know from now on; for one minute we may write."""
    appid = event.app
    client_id = await acting.client_of(appid, event.openid, event.at)
    if client_id is None:
        return
    fan_id = await fans.follow(client_id, appid, event.openid, event.at, event.scene)
    await fans.open_window(client_id, appid, event.openid, "tap", event.at)
    if fan_id is not None:
        await timeline.record(client_id, "fan.followed", at=event.at, scene=event.scene)
        tasks.read_fan.later(fan_id)


async def unfollowed(event: Unfollowed) -> None:
    """We know them still and can't write to them any more."""
    appid = event.app
    # leaving is no coming back: whom we erased stays unknown
    client_id = await acting.client_of(appid, event.openid, None)
    if client_id is None:
        return
    if await fans.unfollow(client_id, appid, event.openid, event.at) is not None:
        await timeline.record(client_id, "fan.unfollowed", at=event.at)
