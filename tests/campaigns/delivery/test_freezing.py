"""The frozen audience is what the editor showed, and only people who are due ever get a row in the ledger."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from campaigns.audience import segments
from campaigns.delivery import finishing, freezing, planning_sends, tasks
from campaigns.planning import approval, fingerprint, listing, running
from campaigns.planning.models import Campaign, Step
from community.sending.models import Send, Stream
from kernel import clock, database
from kernel.errors import Forbidden, Refused
from staff.models import Staff
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients

COUNTS = "SELECT decision, arm, count(*)::int AS people FROM delivery WHERE campaign_id = $1 GROUP BY 1, 2"


async def _started(cast: Cast, clients: int = 40, **changes: object) -> Campaign:
    await make_clients(cast, clients)
    campaign = await approved(cast, **changes)
    return await running.start(campaign.id, cast.li)


async def _run(campaign: Campaign) -> None:
    await tasks.start_campaign.now(campaign.id)


async def test_two_thousand_people_are_frozen_at_once_and_exactly_as_shown(cast: Cast) -> None:
    ids = await make_clients(cast, 2000)
    await database.execute("UPDATE client SET marketing_consent = FALSE WHERE id = ANY($1::bigint[])", ids[:100])
    campaign = await approved(cast, control_percent=20)
    shown = await segments.waterfall(await listing.audience_of(campaign))
    await running.start(campaign.id, cast.li)
    assert await freezing.freeze(campaign.id) == 2000
    found = {(row["decision"], row["arm"]): row["people"] for row in await database.fetch(COUNTS, campaign.id)}
    assert found["due", "treated"] == shown.due
    assert found["no_consent", "none"] == 100
    assert found["held_out", "control"] == 1900 - shown.due
    assert 320 < found["held_out", "control"] < 440
    assert await freezing.freeze(campaign.id) == 0


async def test_no_control_client_ever_gets_a_send(cast: Cast) -> None:
    campaign = await _started(cast, 300, control_percent=30)
    await _run(campaign)
    wrong = """
        SELECT count(*) FROM send JOIN delivery USING (campaign_id, client_id) WHERE delivery.decision <> 'due'
    """
    assert await database.fetch_value(wrong) == 0
    due = await database.fetch_value("SELECT count(*) FROM delivery WHERE decision = 'due'")
    assert await Send.filter(campaign_id=campaign.id).count() == due < 300


async def test_planning_twice_at_once_plans_everybody_once(cast: Cast) -> None:
    campaign = await _started(cast)
    await freezing.freeze(campaign.id)
    (step_id,) = await planning_sends.due_steps()
    planned = await asyncio.gather(planning_sends.plan_step(step_id), planning_sends.plan_step(step_id))
    assert sorted(planned) == [0, 40]
    send = await Send.filter(campaign_id=campaign.id).order_by("id").first()
    assert send is not None
    assert send.key == f"c{campaign.id}:main:{send.client_id}"
    assert (send.sender_userid, send.recipient) == ("chen", f"wm{send.client_id}")
    assert (send.purpose, send.state, send.stream_id) == ("marketing", "planned", campaign.stream_id)


async def test_the_owners_contact_comes_before_the_latest(cast: Cast) -> None:
    from kernel import settings

    (client_id,) = await make_clients(cast, 1)
    await database.execute(
        "INSERT INTO contact (client_id, corpid, userid, external_userid, added_at)"
        " VALUES ($1, $2, 'newer', 'wmx', now() + interval '1 day')",
        *(client_id, settings.get().wecom_corpid),
    )
    campaign = await approved(cast)
    await running.start(campaign.id, cast.li)
    await _run(campaign)
    assert (await Send.get(campaign_id=campaign.id)).sender_userid == "chen"
    await database.execute("UPDATE client SET owner_id = NULL")
    second = await approved(cast)
    await running.start(second.id, cast.li)
    await _run(second)
    assert (await Send.get(campaign_id=second.id)).sender_userid == "newer"


async def test_a_start_on_time_sends_and_one_three_hours_late_is_held(cast: Cast) -> None:
    await make_clients(cast, 3)
    due = clock.now() + timedelta(hours=1)
    on_time, late = [await approved(cast, starts_at=due, name=name) for name in ("准时", "错过")]
    assert (on_time.state, await _start_due()) == ("scheduled", [])
    await Campaign.filter(id=late.id).update(state="paused")
    with clock.frozen(due + timedelta(minutes=1)):
        assert await _start_due() == [on_time.id]
    await Campaign.filter(id=late.id).update(state="scheduled")
    with clock.frozen(due + timedelta(hours=3)):
        assert await _start_due() == []
        held = await Campaign.get(id=late.id)
        assert (held.state, held.stream_id) == ("held", None)
        assert "180 分钟" in held.hold_reason
        with pytest.raises(Forbidden):
            await running.release(late.id, cast.li)
        assert (await running.release(late.id, cast.wang)).state == "sending"


async def test_a_start_that_lay_idle_is_paused_and_goes_on_when_a_person_says_so(cast: Cast) -> None:
    campaign = await _started(cast)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert await freezing.freeze(campaign.id) == 0
        assert (await Campaign.get(id=campaign.id)).state == "paused"
        await running.resume(campaign.id, cast.li)
        assert await freezing.freeze(campaign.id) == 40


async def test_pause_resume_and_cancel_move_the_stream(cast: Cast) -> None:
    campaign = await _started(cast)
    await _run(campaign)
    assert campaign.stream_id is not None
    paused = await running.pause(campaign.id, "内容需核对", cast.wang)
    stream = await Stream.get(id=campaign.stream_id)
    assert (paused.state, stream.is_open, stream.reason, stream.epoch) == ("paused", False, "内容需核对", 1)
    await running.resume(campaign.id, cast.li)
    assert (await Stream.get(id=campaign.stream_id)).is_open
    cancelled = await running.cancel(campaign.id, "活动取消", cast.wang)
    assert (cancelled.state, cancelled.epoch) == ("cancelled", 3)
    assert await Send.filter(campaign_id=campaign.id).exclude(state="skipped").count() == 0
    with pytest.raises(Refused, match="已取消"):
        await running.resume(campaign.id, cast.li)


async def test_nothing_is_planned_while_paused(cast: Cast) -> None:
    campaign = await _started(cast)
    await freezing.freeze(campaign.id)
    (step_id,) = await planning_sends.due_steps()
    await running.pause(campaign.id, "等等", cast.wang)
    assert await planning_sends.due_steps() == []
    assert await planning_sends.plan_step(step_id) == 0
    await running.resume(campaign.id, cast.li)
    assert await planning_sends.plan_step(step_id) == 40


async def test_a_step_that_is_too_late_is_missed_not_sent(cast: Cast) -> None:
    campaign = await _started(cast)
    await freezing.freeze(campaign.id)
    (step_id,) = await planning_sends.due_steps()
    with clock.frozen(clock.now() + timedelta(hours=3)):
        assert await planning_sends.plan_step(step_id) == 0
    assert (await Step.get(id=step_id)).state == "missed"


async def test_a_campaign_finishes_when_nothing_is_open(cast: Cast) -> None:
    campaign = await _started(cast)
    await _run(campaign)
    assert await finishing.finish_all() == []
    await Send.filter(campaign_id=campaign.id).update(state="accepted", accepted_at=clock.now())
    # members have not confirmed yet
    assert await finishing.finish_all() == []
    await Send.filter(campaign_id=campaign.id).update(state="delivered")
    assert await finishing.finish_all() == [campaign.id]
    done = await Campaign.get(id=campaign.id)
    assert (done.state, (await Step.get(campaign_id=campaign.id)).state) == ("finished", "done")


async def test_a_branch_cannot_stop_what_head_office_sends(cast: Cast) -> None:
    campaign = await _started(cast)
    with pytest.raises(Refused):
        await running.pause(campaign.id, "停", cast.zhao)
    stranger = await Staff.create(login="dir", name="d", role="director")
    with pytest.raises(Forbidden):
        await running.pause(campaign.id, "停", stranger)


async def _start_due() -> list[int]:
    return [campaign_id for campaign_id in await running.due() if await running.start_if_due(campaign_id)]


async def test_the_clock_may_ask_twice_at_once(cast: Cast) -> None:
    await make_clients(cast, 3)
    due = clock.now() + timedelta(hours=1)
    campaign = await approved(cast, starts_at=due)
    with clock.frozen(due):
        outcomes = await asyncio.gather(_start_due(), _start_due())
    assert sorted(len(outcome) for outcome in outcomes) == [0, 1]
    assert await Stream.all().count() == 1
    assert (await Campaign.get(id=campaign.id)).stream_id is not None


async def test_a_start_time_that_passed_before_the_approval_is_refused(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await draft_of(cast, starts_at=clock.now() + timedelta(hours=1))
    await approval.submit(campaign.id, cast.li)
    with clock.frozen(clock.now() + timedelta(hours=4)), pytest.raises(Refused, match="已过"):
        await approval.approve(campaign.id, cast.wang, await fingerprint.of(await Campaign.get(id=campaign.id)))
