"""A client's invitation page, and the phone at the door, after the event was called off or in a foreign branch."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.events import invitations, replies
from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from community.clients.models import Client
from kernel import clock
from staff.models import Branch
from tests import casting
from tests.browsing import Browser


@pytest.fixture
async def guest(people) -> Invitation:
    """One guest with a seat at an event of the cast's branch."""
    by = people["marketing"]
    campaign = await Campaign.create(
        kind="event_invitation", name="金沙龙", channel="oa_service", salt="s", state="sending", author=by,
        last_editor=by, branch_id=people["director"].branch_id, frozen_at=clock.now(),
    )  # fmt: skip
    event = await Event.create(
        campaign_id=campaign.id, place="会客厅", starts_at=clock.now() + timedelta(days=3), seats=3
    )
    client = await Client.create(branch_id=people["director"].branch_id)
    made = await Invitation.create(event=event, client=client, code="ABCDEF1234")
    return await replies.accept(made.id)


async def test_the_page_of_a_cancelled_event_says_so_and_shows_no_ticket(web_app, guest):
    phone, address = Browser(web_app), invitations.link(guest.id)
    path = address[address.index("/p/") :]
    assert guest.code in (await phone.get(path)).text
    event = await Event.get(id=guest.event_id)
    await Campaign.filter(id=event.campaign_id).update(state="cancelled")
    page = (await phone.get(path)).text
    assert "活动已取消" in page
    assert guest.code not in page
    assert "提交答复" not in page


async def test_staff_of_another_branch_can_not_check_a_guest_in(web_app, guest, people):
    event = await Event.get(id=guest.event_id)
    path = f"/events/{event.campaign_id}/check-in"
    elsewhere = await Branch.create(code="BJ01", name="北京分行")
    login = people["director"].login
    browser = Browser(web_app)
    assert (await browser.sign_in(login, casting.PASSWORD)).status == 303
    assert (await browser.get(path)).status == 200
    people["director"].branch = elsewhere
    await people["director"].save()
    assert (await browser.get(path)).status == 404
    assert (await browser.post(path, {"code": guest.code})).status == 404
    assert (await Invitation.get(id=guest.id)).state == "accepted"


async def test_after_the_reply_date_a_seat_can_still_be_given_back_but_not_taken(web_app, guest):
    phone, address = Browser(web_app), invitations.link(guest.id)
    path = address[address.index("/p/") :]
    await Event.filter(id=guest.event_id).update(reply_by=clock.now() - timedelta(minutes=1))
    page = (await phone.get(path)).text
    assert 'name="answer" value="no"' in page
    assert 'value="yes"' not in page
    assert (await phone.post(path, {"answer": "no"})).status == 303
    assert (await Event.get(id=guest.event_id)).taken == 0
    assert 'name="answer"' not in (await phone.get(path)).text
    assert "截止" in (await phone.post(path, {"answer": "yes"})).text
