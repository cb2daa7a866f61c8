"""A menu entry of the official account was tapped."""

from __future__ import annotations

from community.clients import fans, timeline
from webhooks.official_account import acting
from wechat.events import MenuTapped


async def menu_tapped(event: MenuTapped) -> None:
    """Note which entry; a tap that reports a key, not one that opens a page, lets us write for one minute."""
    appid = event.app
    client_id = await acting.client_of(appid, event.openid, event.at)
    if client_id is None:
        return
    if not event.opens_page:
        await fans.open_window(client_id, appid, event.openid, "tap", event.at)
    # an address may carry a personal link: only what we named ourselves is kept
    key = "" if event.opens_page else event.key
    await timeline.record(client_id, "menu.tapped", at=event.at, key=key)
