"""A bank's machines were down for a day: what should have gone out meanwhile is held for a person, not sent."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.delivery import brakes, finishing, freezing, planning_sends, tasks
from campaigns.planning import running
from campaigns.planning.models import Campaign, Step
from community.sending import outages
from community.sending import tasks as sending_tasks
from community.sending.models import Send, Stream
from kernel import clock
from kernel.models import JobRun
from tests.campaigns.conftest import Cast, approved, make_clients

DAY = timedelta(days=1)


async def _looked_at(minutes_ago: float = 0) -> None:
    began = clock.now() - timedelta(minutes=minutes_ago)
    await JobRun.create(job=outages.JOB, started_at=began, finished_at=began, outcome="done", detail="")


async def _under_way(cast: Cast) -> Campaign:
    await make_clients(cast, 4)
    campaign = await approved(cast)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step)
    return await Campaign.get(id=campaign.id)


async def test_a_stale_schedule_found_after_a_day_down_is_held_and_not_sent(cast: Cast) -> None:
    await make_clients(cast, 4)
    campaign = await approved(cast, starts_at=clock.now() + timedelta(minutes=5))
    with clock.frozen(clock.now() + DAY):
        assert await running.due() == [campaign.id]
        await tasks.start_campaign.now(campaign.id)
        found = await Campaign.get(id=campaign.id)
        assert (found.state, found.stream_id) == ("held", None)
        assert await Send.all().count() == 0
        await running.release(campaign.id, cast.wang)
        assert (await Campaign.get(id=campaign.id)).state == "sending"


async def test_a_campaign_in_the_middle_of_a_day_down_is_paused_and_goes_on_only_by_a_person(cast: Cast) -> None:
    campaign = await _under_way(cast)
    await _looked_at()
    with clock.frozen(clock.now() + DAY):
        # a wake-up that lay in the queue comes before the clock
        await sending_tasks.dispatch_stream.now(campaign.stream_id)
        assert await Send.filter(campaign_id=campaign.id, state="planned").count() == 4
        assert await brakes.pause_closed() == [campaign.id]
        found = await Campaign.get(id=campaign.id)
        assert (found.state, found.hold_reason) == ("paused", outages.REASON)
        assert await finishing.finish_all() == []
        await running.resume(campaign.id, cast.li)
        await _looked_at()
        assert await outages.close_stale() == []


@pytest.mark.parametrize("minutes", [3, 90])
async def test_an_outage_within_what_may_be_late_stops_nothing(cast: Cast, minutes: int) -> None:
    campaign = await _under_way(cast)
    await _looked_at()
    with clock.frozen(clock.now() + timedelta(minutes=minutes)):
        assert await outages.close_stale() == []
        assert await outages.close_stale(campaign.stream_id) == []


async def test_what_only_waits_its_turn_in_a_long_queue_is_no_outage(cast: Cast) -> None:
    campaign = await _under_way(cast)
    later = clock.now() + timedelta(hours=5)
    await _looked_at()
    first = await Send.filter(campaign_id=campaign.id).first()
    assert first is not None
    await Send.filter(id=first.id).update(state="accepted", requested_at=later - timedelta(minutes=2))
    with clock.frozen(later):
        # nobody recorded a run of the clock, but somebody has been calling
        assert await outages.close_stale() == []
        assert (await Stream.get(id=campaign.stream_id)).is_open


async def test_a_message_whose_time_passed_over_the_day_down_is_missed(cast: Cast) -> None:
    await make_clients(cast, 2)
    campaign = await approved(cast)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    with clock.frozen(clock.now() + DAY):
        for step in await planning_sends.due_steps(campaign.id):
            await planning_sends.plan_step(step)
        assert {step.state for step in await Step.filter(campaign_id=campaign.id)} == {"missed"}
        assert await Send.all().count() == 0
