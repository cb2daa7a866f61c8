"""Who acted: the client behind an openid, and none when they were erased and have not come back."""

from __future__ import annotations

from datetime import datetime

from community.clients import fans, identities, returning


async def client_of(appid: str, openid: str, at: datetime | None) -> int | None:
    """The client, known from now on as somebody who is at least known to this account; None: kept away."""
    if await returning.is_kept_away("openid", appid, openid, at):
        return None
    found = await identities.find("openid", appid, openid, source="official_account")
    await fans.meet(found.client_id, appid, openid)
    return found.client_id
