"""Who is invited to an event: one invitation per person of the frozen audience, with a link and a code of its own."""

from __future__ import annotations

from datetime import datetime

from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from community.clients import personal_links, timeline
from kernel import clock, database
from kernel.errors import NotFound, Refused

PURPOSE = "invitation"
LINK_DAYS = 180

INVITE = """
INSERT INTO invitation (event_id, client_id, code)
SELECT $1, d.client_id, upper(substr(replace(gen_random_uuid()::text, '-', ''), 1, 10))
FROM delivery d WHERE d.campaign_id = $2 AND d.decision = 'due'
ON CONFLICT (event_id, client_id) DO NOTHING RETURNING client_id
"""

LINKS = "SELECT client_id, id FROM invitation WHERE event_id = $1 AND client_id = ANY($2::bigint[])"


async def describe(
    campaign: Campaign, *, place: str, starts_at: datetime, seats: int, reply_by: datetime | None = None
) -> Event:
    """Set place, time and seats of a campaign's event; Refused when the numbers make no sense."""
    if seats < 1:
        raise Refused("席位数至少为 1", code="event.seats")
    if not place.strip():
        raise Refused("请填写活动地点", code="event.place")
    if reply_by and reply_by > starts_at:
        raise Refused("回复截止时间应早于活动开始", code="event.reply_by")
    async with database.transaction():
        event = await Event.filter(campaign_id=campaign.id).select_for_update().first()
        if event is None:
            return await Event.create(
                campaign_id=campaign.id, place=place.strip(), starts_at=starts_at, seats=seats, reply_by=reply_by
            )
        if seats < event.taken:
            raise Refused(f"已有 {event.taken} 人占用席位，席位数不能更少", code="event.seats_taken")
        event.place, event.starts_at, event.seats, event.reply_by = place.strip(), starts_at, seats, reply_by
        await event.save()
        return event


async def invite_frozen(campaign_id: int) -> int:
    """Make an invitation for everybody who will get the message; how many were new. Safe to repeat."""
    event = await of_campaign(campaign_id)
    async with database.transaction():
        made = await database.fetch(INVITE, event.id, campaign_id)
        await timeline.record_many([row["client_id"] for row in made], "event.invited", campaign=campaign_id)
    return len(made)


async def of_campaign(campaign_id: int) -> Event:
    """The event of a campaign; NotFound when it has none yet."""
    event = await Event.get_or_none(campaign_id=campaign_id)
    if event is None:
        raise NotFound("这个活动还没有填写邀约会信息")
    return event


async def links(event_id: int, client_ids: list[int]) -> dict[int, str]:
    """Personal addresses of the invitation page, by client."""
    rows = await database.fetch(LINKS, event_id, client_ids)
    return {row["client_id"]: link(row["id"]) for row in rows}


def link(invitation_id: int) -> str:
    """The personal address of one invitation; it names nobody."""
    return personal_links.address(PURPOSE, "invitations", invitation_id)


async def open_link(token: str) -> Invitation:
    """The invitation behind a personal link, marked as opened; NotFound when the link is not good any more."""
    number = personal_links.number_in(PURPOSE, token, days=LINK_DAYS)
    invitation = await Invitation.get_or_none(id=number).prefetch_related("event")
    if invitation is None:
        raise personal_links.no_good()
    async with database.transaction():
        opened = await database.execute(
            "UPDATE invitation SET opened_at = $2, state = CASE state WHEN 'invited' THEN 'opened' ELSE state END"
            " WHERE id = $1 AND opened_at IS NULL",
            number,
            clock.now(),
        )
        if opened:
            await timeline.record(invitation.client_id, "event.opened", event=invitation.event_id)
            await invitation.refresh_from_db()
    return invitation
