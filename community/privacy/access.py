"""The personal address on which a client asks about their own data."""

from __future__ import annotations

from community.clients import personal_links, preferences
from community.clients.models import Client

PURPOSE = "privacy"


def link(client_id: int) -> str:
    """The address for one client; it names nobody."""
    return personal_links.address(PURPOSE, "privacy", client_id)


async def open_link(token: str) -> Client:
    """The client behind a personal link; NotFound when the link is not good any more."""
    return await preferences.client_behind(PURPOSE, token)
