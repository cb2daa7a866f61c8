"""The personal address on which a client says whether the bank may write about offers."""

from __future__ import annotations

from community.clients import identities
from community.clients.models import Client
from kernel import settings, signing
from kernel.errors import NotFound

PURPOSE = "preferences"
LINK_DAYS = 365


def link(client_id: int) -> str:
    """The address for one client; it names nobody."""
    return f"{settings.get().public_url}/p/preferences/{signing.sign(PURPOSE, client_id)}"


async def open_link(token: str) -> Client:
    """The client behind a personal link, also after a merge; NotFound when the link is not good any more."""
    try:
        number = signing.read(PURPOSE, token, days=LINK_DAYS)
    except signing.BadToken as error:
        raise NotFound("这个链接已失效，请联系您的客户经理") from error
    client = await Client.get_or_none(id=await identities.survivor_of(number))
    if client is None:
        raise NotFound("这个链接已失效，请联系您的客户经理")
    return client
