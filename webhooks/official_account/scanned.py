"""A follower scanned a code of ours."""

from __future__ import annotations

from community.clients import fans, identities, returning, timeline
from wechat.events import Scanned


async def scanned(event: Scanned) -> None:
    """Note which code; for one minute we may write. What was read from a foreign code is not kept."""
    appid = event.app
    if await returning.is_kept_away("openid", appid, event.openid, event.at):
        return
    client = await identities.find_or_create("openid", appid, event.openid, source="official_account")
    await fans.open_window(client.id, appid, event.openid, "tap", event.at)
    await timeline.record(client.id, "code.scanned", at=event.at, scene=event.scene or event.key)
