"""Who is invited to a livestream, and who asked to be reminded; the personal page opens it once it is on air."""

from __future__ import annotations

from campaigns.livestreams import booking
from campaigns.livestreams.models import LiveGuest
from community.clients import personal_links, timeline
from kernel import clock, database
from kernel.errors import Refused

PURPOSE = "livestream"
LINK_DAYS = 180
INVITE = """
INSERT INTO live_guest (livestream_id, client_id)
SELECT $1, d.client_id FROM delivery d WHERE d.campaign_id = $2 AND d.decision = 'due'
ON CONFLICT (livestream_id, client_id) DO NOTHING RETURNING client_id
"""
LINKS = "SELECT client_id, id FROM live_guest WHERE livestream_id = $1 AND client_id = ANY($2::bigint[])"


async def invite_frozen(campaign_id: int) -> int:
    """Make a guest row for everybody who will get the message; how many were new. Safe to repeat."""
    livestream = await booking.of_campaign(campaign_id)
    async with database.transaction():
        made = await database.fetch(INVITE, livestream.id, campaign_id)
        await timeline.record_many([row["client_id"] for row in made], "livestream.invited", campaign=campaign_id)
    return len(made)


async def links(livestream_id: int, client_ids: list[int]) -> dict[int, str]:
    """Personal addresses of the livestream page, by client."""
    rows = await database.fetch(LINKS, livestream_id, client_ids)
    return {row["client_id"]: link(row["id"]) for row in rows}


def link(guest_id: int) -> str:
    """The personal address of one guest; it names nobody."""
    return personal_links.address(PURPOSE, "livestreams", guest_id)


async def open_link(token: str) -> LiveGuest:
    """The guest (with `livestream` loaded) behind a personal link; NotFound when the link is not good any more."""
    number = personal_links.number_in(PURPOSE, token, days=LINK_DAYS)
    guest = await LiveGuest.get_or_none(id=number).prefetch_related("livestream")
    if guest is None:
        raise personal_links.no_good()
    await LiveGuest.filter(id=number, opened_at=None).update(opened_at=clock.now())
    return guest


async def reserve(guest: LiveGuest) -> bool:
    """Keep a reminder for this guest; False when there was one already. Refused after the livestream has begun."""
    livestream = await booking.of(guest.livestream_id)
    if livestream.status != 0:
        raise Refused("直播已经开始或结束，无需预约", code="livestream.begun")
    async with database.transaction():
        made = await LiveGuest.filter(id=guest.id, reserved_at=None).update(reserved_at=clock.now())
        if made:
            await timeline.record(guest.client_id, "livestream.reserved", livestream=livestream.id)
    return bool(made)
