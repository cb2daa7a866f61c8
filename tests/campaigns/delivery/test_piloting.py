"""A part of the audience hears first; the others follow in time, or when a person says so, and not after a stop."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest

from campaigns.delivery import brakes, freezing, piloting, planning_sends
from campaigns.planning import approval, drafting, fingerprint, pilots, preflight, running
from campaigns.planning.models import Campaign
from community.sending import claiming, leases
from community.sending.models import Send
from kernel import clock
from kernel.errors import Forbidden, Refused
from staff.models import Staff
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


async def _planned(cast: Cast, **changes: object) -> Campaign:
    return await _started(cast, await approved(cast, **changes))


async def _started(cast: Cast, campaign: Campaign) -> Campaign:
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step)
    return await Campaign.get(id=campaign.id)


async def test_a_tenth_hears_first_and_the_others_an_hour_later(cast: Cast) -> None:
    await make_clients(cast, 200)
    campaign = await _planned(cast, pilot_percent=10, pilot_minutes=60)
    found = await piloting.of(campaign)
    assert found is not None
    assert 5 <= found.sends <= 40
    assert found.sends + found.rest == 200
    dues = {send.due_at for send in await Send.filter(campaign_id=campaign.id)}
    assert max(dues) - min(dues) == timedelta(minutes=60)
    assert max(dues) == found.rest_at
    with clock.frozen(found.rest_at):
        assert await piloting.of(campaign) is None


async def test_a_pilot_is_part_of_what_is_approved(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    plain = await fingerprint.contents(campaign)
    campaign.pilot_percent = 10
    assert "pilot" not in plain
    assert (await fingerprint.contents(campaign))["pilot"] == [10, False, 60]


async def test_the_clients_of_the_authors_own_unit_hear_first(cast: Cast) -> None:
    await make_clients(cast, 6)
    own = await Staff.create(login="sun", name="孙总", role="director", wecom_userid="sun")
    theirs = await make_clients(Cast(cast.branch, cast.li, cast.wang, cast.zhao, own), 2)
    campaign = await _planned(cast, pilot_own=True, pilot_minutes=30)
    first = {send.client_id for send in await Send.filter(campaign_id=campaign.id, due_at__lte=clock.now())}
    assert first == set(theirs)


async def test_members_of_the_authors_own_unit_post_first(cast: Cast) -> None:
    await make_clients(cast, 6)
    draft = dataclasses.replace(
        await drafting.read(campaign := await drafting.create("moments", "反诈", cast.li, control_percent=0)),
        steps=(drafting.StepText("main", "周六上午有一堂反诈课，欢迎来听。"),),
        control_percent=0,
        pilot_own=True,
    )
    campaign = await drafting.save(campaign.id, draft, cast.li, campaign.version)
    assert "pilot.nobody" in {finding.code for finding in await preflight.check(campaign)}
    own = await Staff.create(login="sun", name="孙总", role="director", wecom_userid="sun")
    await make_clients(Cast(cast.branch, cast.li, cast.wang, cast.zhao, own), 2)
    assert "pilot.nobody" not in {finding.code for finding in await preflight.check(campaign)}
    await approval.submit(campaign.id, cast.li)
    content_hash = await fingerprint.of(await Campaign.get(id=campaign.id))
    await approval.approve(campaign.id, cast.wang, content_hash)
    campaign = await _started(cast, campaign)
    first = await Send.filter(campaign_id=campaign.id, due_at__lte=clock.now())
    assert [send.recipient for send in first] == ["sun"]
    assert await Send.filter(campaign_id=campaign.id).count() == 2


async def test_a_pilot_without_anybody_in_it_is_said_before_the_approval(cast: Cast) -> None:
    await make_clients(cast, 6)
    for pilot in ({"pilot_own": True}, {"pilot_percent": 5}):
        campaign = await draft_of(cast, **pilot)
        assert "pilot.nobody" in {finding.code for finding in await preflight.check(campaign)}
    campaign = await draft_of(cast, pilot_percent=20)
    assert "pilot.nobody" not in {finding.code for finding in await preflight.check(campaign)}


async def test_a_person_lets_the_others_follow_at_once_and_that_is_on_record(cast: Cast) -> None:
    await make_clients(cast, 100)
    campaign = await _planned(cast, pilot_percent=20)
    with pytest.raises(Forbidden):
        await piloting.go_on(campaign.id, cast.wang)
    await piloting.go_on(campaign.id, cast.li)
    assert await Send.filter(campaign_id=campaign.id, due_at__gt=clock.now()).count() == 0
    with pytest.raises(Refused, match="没有在等待的试点"):
        await piloting.go_on(campaign.id, cast.li)


async def test_the_brakes_stop_a_bad_pilot_over_few_messages_and_nobody_else_gets_it(cast: Cast) -> None:
    await make_clients(cast, 100)
    campaign = await _planned(cast, pilot_percent=20)
    pilot = [send.id for send in await Send.filter(campaign_id=campaign.id, due_at__lte=clock.now())]
    await Send.filter(id__in=pilot).update(state="failed", reason="gave_up", ended_at=clock.now())
    assert 5 <= len(pilot) < brakes.LEAST
    assert await brakes.apply() == [campaign.id]
    found = await piloting.of(await Campaign.get(id=campaign.id))
    assert found is not None
    with clock.frozen(found.rest_at + timedelta(minutes=1)):
        claim = await claiming.claim(leases.new_owner(), 100, channel="wecom_message", stream_id=campaign.stream_id)
    assert claim.taken == 0
    with pytest.raises(Refused):
        await piloting.go_on(campaign.id, cast.li)


async def test_without_a_pilot_as_few_failures_stop_nothing(cast: Cast) -> None:
    await make_clients(cast, 10)
    campaign = await _planned(cast)
    await Send.filter(campaign_id=campaign.id).update(state="failed", reason="gave_up", ended_at=clock.now())
    assert await brakes.apply() == []


def test_a_pilot_needs_a_share_time_to_look_and_members_who_stand_behind_it() -> None:
    assert pilots.check("oa_service", 0, 0, False) == (0, 0, False)
    assert pilots.check("wecom_message", 10, 30, True) == (0, 30, True)
    for channel, percent, minutes, is_own in (
        ("wecom_message", 51, 60, False),
        ("wecom_message", 10, 5, False),
        ("oa_service", 0, 60, True),
    ):
        with pytest.raises(Refused):
            pilots.check(channel, percent, minutes, is_own)
