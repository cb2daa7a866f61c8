"""Clients accept or decline; a full house makes a waiting list, and a seat given back moves the first one up."""

from __future__ import annotations

from datetime import datetime

from campaigns.events import invitations
from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from community.clients import timeline
from community.sending import gate, policies, telling
from kernel import clock, database
from kernel.errors import Refused

SEATED = ("accepted", "attended")


async def accept(invitation_id: int) -> Invitation:
    """Take a seat, or a place on the waiting list when none is left; accepting twice changes nothing."""
    async with database.transaction():
        event, invitation = await _locked(invitation_id)
        if invitation.state in (*SEATED, "waiting"):
            return invitation
        await _refuse_when_closed(event)
        invitation.replied_at = clock.now()
        if event.taken < event.seats:
            await _seat(event, invitation)
            await timeline.record(invitation.client_id, "event.accepted", event=event.id)
        else:
            invitation.state, invitation.waiting_since = "waiting", clock.now()
            await timeline.record(invitation.client_id, "event.waiting", event=event.id)
        await invitation.save()
        return invitation


async def decline(invitation_id: int) -> Invitation:
    """Say no, or give a seat back: then the longest-waiting client moves up and is told.

    Until the start, also after the reply date: a seat that nobody will use is better known late than not at all.
    """
    async with database.transaction():
        event, invitation = await _locked(invitation_id)
        if invitation.state == "declined":
            return invitation
        if invitation.state == "attended":
            raise Refused("您已签到，不能再取消", code="event.attended")
        await _refuse_when_begun(event)
        had_seat = invitation.state in SEATED
        invitation.state, invitation.replied_at, invitation.waiting_since = "declined", clock.now(), None
        await invitation.save()
        await timeline.record(invitation.client_id, "event.declined", event=event.id)
        if had_seat:
            event.taken -= 1
            await event.save(update_fields=["taken"])
            await fill_seats(event)
        return invitation


async def fill_seats(event: Event) -> int:
    """Give free seats to those who wait, first come first; the event's row must be locked by the caller."""
    moved = 0
    while event.taken < event.seats:
        first = await Invitation.filter(event_id=event.id, state="waiting").order_by("waiting_since", "id").first()
        if first is None:
            break
        await _seat(event, first)
        await first.save()
        await timeline.record(first.client_id, "event.moved_up", event=event.id)
        await _tell_moved_up(event, first)
        moved += 1
    return moved


async def add_seats(campaign_id: int, seats: int) -> Event:
    """Change the number of seats; more seats move waiting clients up at once."""
    async with database.transaction():
        event = await Event.filter(campaign_id=campaign_id).select_for_update().get()
        campaign = await Campaign.get(id=campaign_id)
        if campaign.frozen_at is None:
            raise Refused("邀请发出前，请在活动编辑中修改席位数", code="event.not_sent")
        await refuse_when_cancelled(event)
        if seats < event.taken:
            raise Refused(f"已有 {event.taken} 人占用席位，席位数不能更少", code="event.seats_taken")
        event.seats = seats
        await event.save(update_fields=["seats"])
        await fill_seats(event)
        return event


async def refuse_when_cancelled(event: Event) -> None:
    """Refused when the campaign was cancelled; the event's row must be locked by the caller, as a cancel locks it."""
    if await Campaign.exists(id=event.campaign_id, state="cancelled"):
        raise Refused("活动已取消", code="event.cancelled", status=409)


async def _locked(invitation_id: int) -> tuple[Event, Invitation]:
    # the event's row is locked first, always: two replies for the last seat wait for each other
    found = await Invitation.get(id=invitation_id)
    event = await Event.filter(id=found.event_id).select_for_update().get()
    return event, await Invitation.get(id=invitation_id)


async def _seat(event: Event, invitation: Invitation) -> None:
    event.taken += 1
    await event.save(update_fields=["taken"])
    invitation.state, invitation.waiting_since = "accepted", None


async def _refuse_when_begun(event: Event) -> None:
    await refuse_when_cancelled(event)
    if clock.now() >= event.starts_at:
        raise Refused("活动已经开始，不能再更改回复", code="event.started")


async def _refuse_when_closed(event: Event) -> None:
    await _refuse_when_begun(event)
    if event.reply_by and clock.now() > event.reply_by:
        raise Refused("回复时间已截止，请联系您的客户经理", code="event.reply_closed")


async def _tell_moved_up(event: Event, invitation: Invitation) -> None:
    when = clock.local(event.starts_at).strftime("%-m 月 %-d 日 %H:%M")
    text = f"您候补的活动已有席位：{when}，{event.place}。入场码和详情见 {invitations.link(invitation.id)}"
    # whoever gave the seat back and waited again moves up a second time, and is told again
    key = f"event:{event.id}:moved_up:{invitation.id}:{clock.now():%y%m%d%H%M%S%f}"
    await telling.tell(
        invitation.client_id,
        text,
        key=key,
        step="moved_up",
        due_at=await _by_day(event),
        expires_at=event.starts_at,
    )


async def _by_day(event: Event) -> datetime | None:
    """When to tell of a seat: in quiet hours the next morning, unless the event begins before it."""
    rules, now = await policies.in_force(), clock.now()
    if not gate.is_quiet(now, rules.quiet_from, rules.quiet_until):
        return None
    morning = gate.quiet_ends(now, rules.quiet_until)
    return morning if morning < event.starts_at else None
