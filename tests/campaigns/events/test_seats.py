from __future__ import annotations

import asyncio
from datetime import time, timedelta

import pytest

from campaigns.events import cancelling, check_in, invitations, reading, replies
from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff.models import Branch, Staff


@pytest.fixture
async def event(db):
    """Three seats, five invited clients who all follow the official account."""
    branch = await Branch.create(code="sz", name="深圳分行")
    by = await Staff.create(
        login="li", name="李思远", role="marketing", reach="branch", branch=branch, wecom_userid="li"
    )
    campaign = await Campaign.create(
        kind="event_invitation", name="金沙龙", channel="oa_service", salt="s", author=by, last_editor=by, branch=branch
    )
    await Campaign.filter(id=campaign.id).update(frozen_at=clock.now())
    made = await Event.create(
        campaign_id=campaign.id, place="会客厅", starts_at=clock.now() + timedelta(days=3), seats=3
    )
    for number in range(5):
        client = await Client.create(branch=branch, owner=by)
        await database.execute(
            "INSERT INTO fan (client_id, appid, openid, subscribed) VALUES ($1, 'wx', $2, TRUE)",
            client.id,
            f"o{number}",
        )
        await database.execute(
            "INSERT INTO delivery (campaign_id, client_id, arm, bucket, decision) VALUES ($1, $2, 'treated', 1, 'due')",
            campaign.id,
            client.id,
        )
    await invitations.invite_frozen(campaign.id)
    return made


async def _invited(event) -> list[Invitation]:
    return await Invitation.filter(event_id=event.id).order_by("id")


async def _door(event) -> Staff:
    return await Staff.get(login="li")


async def test_freezing_twice_invites_everybody_once(event):
    assert await invitations.invite_frozen(event.campaign_id) == 0
    guests = await _invited(event)
    assert len({guest.code for guest in guests}) == len(guests) == 5


async def test_three_accept_one_waits_and_moves_up_when_one_declines(event):
    first, second, third, fourth, _ = await _invited(event)
    for guest in (first, second, third):
        assert (await replies.accept(guest.id)).state == "accepted"
    assert (await replies.accept(fourth.id)).state == "waiting"
    await replies.decline(second.id)
    assert (await Invitation.get(id=fourth.id)).state == "accepted"
    assert (await Event.get(id=event.id)).taken == 3
    told = await database.fetch("SELECT client_id, purpose, step FROM send WHERE step = 'moved_up'")
    assert told == [{"client_id": fourth.client_id, "purpose": "service", "step": "moved_up"}]


async def test_accepting_twice_takes_one_seat(event):
    guest = (await _invited(event))[0]
    await replies.accept(guest.id)
    await replies.accept(guest.id)
    assert (await Event.get(id=event.id)).taken == 1


async def test_five_at_once_never_take_more_than_three_seats(event):
    await asyncio.gather(*(replies.accept(guest.id) for guest in await _invited(event)))
    states = sorted(guest.state for guest in await _invited(event))
    assert states == ["accepted"] * 3 + ["waiting"] * 2
    assert (await Event.get(id=event.id)).taken == 3


async def test_two_are_checked_in_and_a_second_scan_is_refused_with_the_time_of_the_first(event):
    first, second, *_ = await _invited(event)
    door = await _door(event)
    for guest in (first, second):
        await replies.accept(guest.id)
        await check_in.check_in(event.campaign_id, f" {guest.code.lower()} ", door)
    at = clock.local((await Invitation.get(id=first.id)).checked_in_at).strftime("%H:%M:%S")
    with pytest.raises(Refused, match=at) as refused:
        await check_in.check_in(event.campaign_id, first.code, door)
    assert refused.value.status == 409
    assert (await reading.picture(event.campaign_id)).counts["attended"] == 2


async def test_two_phones_scanning_the_same_code_let_one_guest_in_once(event):
    guest = (await _invited(event))[0]
    await replies.accept(guest.id)
    door = await _door(event)
    outcomes = await asyncio.gather(
        *(check_in.check_in(event.campaign_id, guest.code, door) for _ in range(4)), return_exceptions=True
    )
    assert sum(isinstance(one, Invitation) for one in outcomes) == 1
    assert all(isinstance(one, Invitation | Refused) for one in outcomes)


async def test_somebody_without_a_seat_is_not_let_in(event):
    guests = await _invited(event)
    door = await _door(event)
    with pytest.raises(Refused, match="还没有接受"):
        await check_in.check_in(event.campaign_id, guests[0].code, door)
    with pytest.raises(NotFound):
        await check_in.check_in(event.campaign_id, "0000000000", door)


async def test_nobody_replies_after_the_start_or_after_the_reply_date(event):
    guest = (await _invited(event))[0]
    await Event.filter(id=event.id).update(reply_by=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="截止"):
        await replies.accept(guest.id)
    await Event.filter(id=event.id).update(starts_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="已经开始"):
        await replies.accept(guest.id)


async def test_a_seat_can_be_given_back_after_the_reply_date_until_the_event_begins(event):
    first, second, third, fourth, _ = await _invited(event)
    for guest in (first, second, third, fourth):
        await replies.accept(guest.id)
    await Event.filter(id=event.id).update(reply_by=clock.now() - timedelta(minutes=1))
    assert (await replies.decline(first.id)).state == "declined"
    assert (await Invitation.get(id=fourth.id)).state == "accepted"
    with pytest.raises(Refused, match="截止"):
        await replies.accept(first.id)
    await Event.filter(id=event.id).update(starts_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused, match="已经开始"):
        await replies.decline(second.id)


async def test_more_seats_move_the_waiting_list_up_in_order(event):
    guests = await _invited(event)
    for guest in guests:
        await replies.accept(guest.id)
    await replies.add_seats(event.campaign_id, 4)
    assert (await Invitation.get(id=guests[3].id)).state == "accepted"
    assert (await Invitation.get(id=guests[4].id)).state == "waiting"
    with pytest.raises(Refused, match="席位数不能更少"):
        await replies.add_seats(event.campaign_id, 2)


async def test_a_personal_link_opens_its_own_invitation_and_an_altered_one_nothing(event):
    guest = (await _invited(event))[2]
    token = invitations.link(guest.id).rsplit("/", 1)[1]
    opened = await invitations.open_link(token)
    assert (opened.id, opened.state) == (guest.id, "opened")
    with pytest.raises(NotFound):
        await invitations.open_link(token[:-2])


async def test_a_cancelled_event_takes_no_answer_moves_nobody_up_and_lets_nobody_in(event):
    first, second, third, fourth, fifth = await _invited(event)
    for guest in (first, second, third, fourth):
        await replies.accept(guest.id)
    await Campaign.filter(id=event.campaign_id).update(state="cancelled")
    for answer in (replies.accept(fifth.id), replies.decline(first.id), replies.add_seats(event.campaign_id, 9)):
        with pytest.raises(Refused, match="已取消"):
            await answer
    with pytest.raises(Refused, match="已取消"):
        await check_in.check_in(event.campaign_id, first.code, await _door(event))
    assert (await Invitation.get(id=fourth.id)).state == "waiting"
    assert await database.fetch_value("SELECT count(*) FROM send WHERE step = 'moved_up'") == 0


async def test_whoever_accepts_while_the_event_is_cancelled_is_told_or_refused(event):
    guests = await _invited(event)
    campaign = await Campaign.get(id=event.campaign_id)

    async def cancel():
        async with database.transaction():
            await Campaign.filter(id=campaign.id).update(state="cancelled")
            await cancelling.tell_guests(campaign)

    await asyncio.gather(*(replies.accept(guest.id) for guest in guests), cancel(), return_exceptions=True)
    expecting = {guest.client_id for guest in await _invited(event) if guest.state in ("accepted", "waiting")}
    told = {row["client_id"] for row in await database.fetch("SELECT client_id FROM send WHERE step = 'cancelled'")}
    assert told == expecting


async def test_a_seat_given_back_at_night_is_told_in_the_morning(event):
    first, second, third, fourth, _ = await _invited(event)
    night = clock.at_local(clock.local(event.starts_at).date() - timedelta(days=2), time(23, 0))
    with clock.frozen(night):
        for guest in (first, second, third, fourth):
            await replies.accept(guest.id)
        await replies.decline(first.id)
    due_at = await database.fetch_value("SELECT due_at FROM send WHERE step = 'moved_up'")
    assert clock.local(due_at).time() == time(8, 30)
    assert due_at > night


async def test_whoever_moves_up_a_second_time_is_told_a_second_time(event):
    first, second, third, fourth, _ = await _invited(event)
    for guest in (first, second, third, fourth):
        await replies.accept(guest.id)
    await replies.decline(first.id)
    await replies.accept(first.id)
    await replies.decline(fourth.id)
    await replies.accept(fourth.id)
    await replies.decline(second.id)
    told = await database.fetch("SELECT client_id FROM send WHERE step = 'moved_up' ORDER BY id")
    assert [row["client_id"] for row in told] == [fourth.client_id, first.client_id, fourth.client_id]
