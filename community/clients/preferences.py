"""The personal address on which a client says whether the bank may write about offers."""

from __future__ import annotations

from community.clients import identities, personal_links
from community.clients.models import Client

PURPOSE = "preferences"
LINK_DAYS = 365


def link(client_id: int) -> str:
    """The address for one client; it names nobody."""
    return personal_links.address(PURPOSE, "preferences", client_id)


async def open_link(token: str) -> Client:
    """The client behind a personal link, also after a merge; NotFound when the link is not good any more."""
    number = personal_links.number_in(PURPOSE, token, days=LINK_DAYS)
    client = await Client.get_or_none(id=await identities.survivor_of(number))
    if client is None:
        raise personal_links.no_good()
    return client
