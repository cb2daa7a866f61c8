"""Somebody follows the official account, or leaves it."""

from __future__ import annotations

from community.clients import fans, identities, returning, tasks, timeline
from wechat.events import Followed, Unfollowed

SOURCE = "official_account"


async def followed(event: Followed) -> None:
    """They are a client we know from now on; for one minute we may write."""
    appid = event.app
    if await returning.is_kept_away("openid", appid, event.openid, event.at):
        return
    client = await identities.find_or_create("openid", appid, event.openid, source=SOURCE)
    fan_id = await fans.follow(client.id, appid, event.openid, event.at, event.scene)
    await fans.open_window(client.id, appid, event.openid, "tap", event.at)
    if fan_id is not None:
        await timeline.record(client.id, "fan.followed", at=event.at, scene=event.scene)
        tasks.read_fan.later(fan_id)


async def unfollowed(event: Unfollowed) -> None:
    """We know them still and can't write to them any more."""
    appid = event.app
    # leaving is no coming back: whom we erased stays unknown
    if await returning.is_kept_away("openid", appid, event.openid):
        return
    client = await identities.find_or_create("openid", appid, event.openid, source=SOURCE)
    if await fans.unfollow(client.id, appid, event.openid, event.at) is not None:
        await timeline.record(client.id, "fan.unfollowed", at=event.at)
