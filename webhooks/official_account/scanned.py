"""A follower scanned a code of ours."""

from __future__ import annotations

from community.clients import fans, timeline
from webhooks.official_account import acting
from wechat.events import Scanned


async def scanned(event: Scanned) -> None:
    """Note which code; for one minute we may write. What was read from a foreign code is not kept."""
    appid = event.app
    client_id = await acting.client_of(appid, event.openid, event.at)
    if client_id is None:
        return
    await fans.open_window(client_id, appid, event.openid, "tap", event.at)
    await timeline.record(client_id, "code.scanned", at=event.at, scene=event.scene or event.key)
