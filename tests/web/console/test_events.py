"""What head office plans is open to every branch: its numbers are, other branches' clients are not."""

from __future__ import annotations

import io
from datetime import timedelta

import openpyxl
import pytest

from campaigns.events import invitations
from campaigns.events.models import Event, Invitation
from campaigns.livestreams import reading as livestreams
from campaigns.livestreams.models import Livestream
from campaigns.planning.models import Campaign
from community.clients import registering
from community.clients.models import Client
from kernel import clock, database
from staff.models import Branch, Staff
from staff.people import usual_reach
from tests import casting, exporting
from tests.browsing import Browser

DELIVERY = """
INSERT INTO delivery (campaign_id, client_id, branch_id, arm, bucket, decision)
VALUES ($1, $2, $3, 'treated', 1, 'due')
"""


@pytest.fixture
async def elsewhere(people) -> Branch:
    """A branch of its own, with a director and a marketing person who sign in as `gz` and `gz.plans`."""
    branch = await Branch.create(code="GZ01", name="广州分行")
    for login, role in (("gz", "director"), ("gz.plans", "marketing")):
        person = await Staff.create(login=login, name="何穗", role=role, branch=branch, reach=usual_reach(role, branch))
        await Staff.filter(id=person.id).update(password_hash=people["director"].password_hash)
    return branch


@pytest.fixture
async def party(people, elsewhere) -> Campaign:
    """Head office invited one client of each branch, and both accepted."""
    by = people["marketing"]
    campaign = await Campaign.create(
        kind="event_invitation", name="金沙龙", channel="oa_service", salt="s", author=by, last_editor=by
    )
    await Campaign.filter(id=campaign.id).update(frozen_at=clock.now(), branch_id=None)
    event = await Event.create(campaign_id=campaign.id, place="会客厅", starts_at=clock.now() + timedelta(1), seats=5)
    owners = (people["director"], await Staff.get(login="gz"))
    for owner, name in zip(owners, ("张伟民", "李秀英"), strict=True):
        client = await Client.create(branch_id=owner.branch_id, owner=owner)
        await registering.name_if_unknown({client.id: name})
        await database.execute(DELIVERY, campaign.id, client.id, owner.branch_id)
    await invitations.invite_frozen(campaign.id)
    await Invitation.filter(event_id=event.id).update(state="accepted")
    return await Campaign.get(id=campaign.id)


async def _browser(web_app, login: str) -> Browser:
    browser = Browser(web_app)
    assert (await browser.sign_in(login, casting.PASSWORD)).status == 303
    return browser


async def test_a_director_sees_only_own_clients_among_the_guests(web_app, party):
    page = (await (await _browser(web_app, "gz")).get(f"/events/{party.id}")).text
    assert "李*英" in page
    assert "张*民" not in page


async def test_a_branch_cannot_change_the_seats_of_head_office(web_app, party):
    browser = await _browser(web_app, "gz.plans")
    answer = await browser.post(f"/events/{party.id}/seats", {"seats": "9"})
    assert answer.status == 403
    assert (await Event.get(campaign_id=party.id)).seats == 5
    assert "席位数已改为" not in answer.text


async def test_another_branchs_event_is_not_there_at_the_door_either(web_app, party, people):
    mine = await Branch.create(code="BJ01", name="北京分行")
    await Campaign.filter(id=party.id).update(branch_id=mine.id)
    browser = await _browser(web_app, "gz")
    code = (await Invitation.all().first()).code
    assert (await browser.get(f"/events/{party.id}/check-in")).status == 404
    assert (await browser.post(f"/events/{party.id}/check-in", {"code": code})).status == 404
    assert await Invitation.filter(state="attended").count() == 0


async def test_an_export_holds_only_clients_within_the_persons_scope(party):
    async def people_in(login: str) -> list[str]:
        book = openpyxl.load_workbook(
            io.BytesIO(await exporting.taken("campaign", {"campaign": party.id}, await Staff.get(login=login)))
        )
        return [str(row[1]).strip() for row in book["明细"].iter_rows(min_row=3, values_only=True)]

    assert await people_in("gz") == ["广州分行"]
    assert len(await people_in("reviewer")) == (1 if (await Staff.get(login="reviewer")).branch_id else 2)


async def test_a_director_sees_only_own_clients_among_the_viewers(party, people):
    live = await Livestream.create(
        campaign_id=party.id, anchor_userid="a", starts_at=clock.now() + timedelta(hours=1), minutes=60
    )
    await database.execute(
        "INSERT INTO attendance (livestream_id, viewer_id, is_client, client_id, watch_seconds, commented)"
        " SELECT $1, 'wm' || id, TRUE, id, 60, FALSE FROM client",
        live.id,
    )
    director = await Staff.get(login="gz")
    assert await livestreams.count_viewers(live.id, director) == 1
    assert [one.name for one in await livestreams.viewers(live.id, director)] == ["李*英"]


async def test_an_event_leads_to_its_campaign_and_to_its_guests(web_app, party):
    page = (await (await _browser(web_app, "marketing")).get(f"/events/{party.id}")).text
    assert f'href="/campaigns/{party.id}"' in page
    assert 'href="/clients/' in page
