"""A menu entry of the official account was tapped."""

from __future__ import annotations

from community.clients import fans, identities, returning, timeline
from wechat.events import MenuTapped


async def menu_tapped(event: MenuTapped) -> None:
    """Note which entry; a tap that reports a key, not one that opens a page, lets us write for one minute."""
    appid = event.app
    if await returning.is_kept_away("openid", appid, event.openid, event.at):
        return
    client = await identities.find_or_create("openid", appid, event.openid, source="official_account")
    if not event.opens_page:
        await fans.open_window(client.id, appid, event.openid, "tap", event.at)
    # an address may carry a personal link: only what we named ourselves is kept
    key = "" if event.opens_page else event.key
    await timeline.record(client.id, "menu.tapped", at=event.at, key=key)
