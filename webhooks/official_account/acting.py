"""Who acted: the client behind an openid, and none when they were erased and have not come back."""

from __future__ import annotations

from datetime import datetime

from community.clients import fans, identities

SOURCE = "official_account"


async def client_of(appid: str, openid: str, at: datetime | None) -> int | None:
    """The client who acted; leaving is no acting (at None). None: kept away since their erasure."""
    return await identities.find_acting("openid", appid, openid, at, source=SOURCE)


async def met(appid: str, openid: str, at: datetime) -> int | None:
    """The same, known from now on as somebody who showed themselves to this account."""
    client_id = await client_of(appid, openid, at)
    if client_id is not None:
        await fans.meet(client_id, appid, openid)
    return client_id
