"""The screen equals the rows: funnel, members of staff, pace, and the line that says why nothing moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.delivery import brakes, progress, reasons, results, tasks
from campaigns.planning import running
from campaigns.planning.models import Campaign
from community.clients import consent, timeline
from community.privacy import erasing
from community.sending import dispatching, reconciling
from community.sending import tasks as sending_tasks
from community.sending.models import Send
from kernel import clock, database
from staff.models import Branch, Staff
from tests.campaigns.conftest import Cast, approved, make_clients
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage


async def _sent(cast: Cast, clients: int = 60, **changes: object) -> Campaign:
    await make_clients(cast, clients)
    campaign = await approved(cast, **changes)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    return await Campaign.get(id=campaign.id)


async def _become(campaign: Campaign, number: int, state: str, reason: str = "") -> None:
    ids = await Send.filter(campaign_id=campaign.id, state="planned").order_by("id").limit(number)
    now = clock.now()
    await Send.filter(id__in=[send.id for send in ids]).update(
        state=state, reason=reason, accepted_at=now, ended_at=now if state in ("failed", "delivered") else None
    )


async def test_the_funnel_adds_up_from_the_rows(cast: Cast) -> None:
    campaign = await _sent(cast, 100, control_percent=30)
    due = await Send.filter(campaign_id=campaign.id).count()
    for number, state, reason in (
        (5, "accepted", ""),
        (6, "confirmed", ""),
        (7, "delivered", ""),
        (3, "failed", "not_friend"),
        (2, "skipped", "daily_cap"),
        (1, "unknown", "broke"),
    ):
        await _become(campaign, number, state, reason)
    shown = await progress.funnel(campaign.id)
    assert shown.audience == 100 == shown.due + sum(line.clients for line in shown.exclusions)
    assert shown.due == shown.total == due
    assert (shown.handed, shown.confirmed, shown.delivered) == (18, 13, 7)
    assert shown.total == shown.queued + shown.unknown + shown.handed + shown.failed + shown.skipped
    assert shown.stopped == [
        ("failed", "not_friend", "客户已不是好友", 3),
        ("skipped", "daily_cap", "已达今日触达上限", 2),
    ]
    (step,) = await progress.steps(campaign)
    assert (step.label, step.total, step.handed, step.delivered, step.stopped) == ("消息正文", due, 18, 7, 5)


async def test_each_member_sees_what_is_left_to_confirm(cast: Cast) -> None:
    campaign = await _sent(cast, 20)
    await _become(campaign, 4, "accepted")
    await _become(campaign, 3, "delivered")
    (chen,) = await progress.by_staff(campaign.id, cast.zhao)
    assert (chen.name, chen.clients, chen.not_handed, chen.not_confirmed, chen.sent) == ("陈经理", 20, 13, 4, 3)
    elsewhere = await Branch.create(code="gz", name="广州分行")
    stranger = await Staff.create(login="gz", name="广州", role="branch_head", reach="branch", branch=elsewhere)
    assert await progress.by_staff(campaign.id, stranger) == []


async def test_the_pace_foresees_the_end(cast: Cast) -> None:
    campaign = await _sent(cast, 60)
    assert await progress.pace(campaign.id) == (0, 60, None)
    await _become(campaign, 20, "accepted")
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        seen = await progress.pace(campaign.id)
        assert (19 < seen.per_minute < 21, seen.remaining) == (True, 40)
        assert seen.ends_at is not None
        assert timedelta(minutes=1.8) < seen.ends_at - clock.now() < timedelta(minutes=2.2)


async def test_the_line_says_why_nothing_moves(cast: Cast) -> None:
    await make_clients(cast, 3)
    campaign = await approved(cast)
    assert "等待制作人开始" in await progress.why(campaign)
    await running.start(campaign.id, cast.li)
    assert await progress.why(await Campaign.get(id=campaign.id)) == "正在确定人群"
    await tasks.start_campaign.now(campaign.id)
    await running.pause(campaign.id, "核对链接", cast.wang)
    assert await progress.why(await Campaign.get(id=campaign.id)) == "已暂停：核对链接"


@pytest.mark.usefixtures("awake")
async def test_a_pause_says_that_members_can_still_confirm_what_they_have_on_their_phones(
    cast: Cast, stage: Stage
) -> None:
    await stage.contacts(6, members=2)
    campaign = await approved(cast)
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id)
    await running.pause(campaign.id, "核对链接", cast.wang)
    said = await progress.why(await Campaign.get(id=campaign.id))
    assert said == "已暂停：核对链接；已派到员工手机上的 1 个任务没有收回，员工仍可确认发送，取消活动才会收回"
    await stage.control.act("member.confirm_groupmsg")
    assert len(await stage.reached(kind="group_message")) == 3


@pytest.mark.usefixtures("awake")
async def test_a_cancel_calls_back_what_a_pause_left_on_the_phones(cast: Cast, stage: Stage) -> None:
    await stage.contacts(6, members=2)
    campaign = await approved(cast)
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id)
    await running.pause(campaign.id, "核对链接", cast.wang)
    await running.cancel(campaign.id, "内容有误", cast.wang)
    await sending_tasks.cancel_jobs.now(campaign.stream_id)
    await stage.control.act("member.confirm_groupmsg")
    assert await stage.reached(kind="group_message") == {}
    assert await Send.filter(state__in=("failed", "skipped")).count() == await Send.all().count() == 6


async def test_brakes_pause_what_fails_too_often_but_not_for_clients_who_left(cast: Cast) -> None:
    campaign = await _sent(cast, 120)
    await _become(campaign, 60, "failed", "not_friend")
    assert await brakes.apply() == []
    await _become(campaign, 30, "failed", "token")
    assert await brakes.apply() == [campaign.id]
    paused = await Campaign.get(id=campaign.id)
    assert paused.state == "paused"
    assert "90 条中有 30 条失败" in paused.hold_reason
    # a person looked at it and goes on: the same failures don't stop it again
    with clock.frozen(clock.now() + timedelta(seconds=1)):
        await running.resume(campaign.id, cast.li)
        assert await brakes.apply() == []


async def test_what_a_person_closes_after_a_kill_does_not_brake_the_rest(cast: Cast) -> None:
    campaign = await _sent(cast, 140, control_percent=0)
    await _become(campaign, 40, "delivered")
    await _become(campaign, 60, "unknown", "dispatcher_lost")
    for send in await Send.filter(campaign_id=campaign.id, state="unknown"):
        await reconciling.decide_unknown(send.id, False, cast.zhao)
    assert await brakes.apply() == []
    # nor do they hide what really fails: 14 of the 54 that the platform answered
    await _become(campaign, 14, "failed", "token")
    assert await brakes.apply() == [campaign.id]
    assert "54 条中有 14 条失败" in (await Campaign.get(id=campaign.id)).hold_reason


def test_few_failures_or_few_messages_do_not_brake() -> None:
    assert not brakes.judge(1, 49, 49, "token").is_too_bad
    assert not brakes.judge(1, 100, 19, "token").is_too_bad
    assert brakes.judge(1, 100, 20, "token").is_too_bad


def test_every_reason_reads_in_chinese() -> None:
    for reason in ("cancelled", "erased", "daily_cap", "busy", "not_friend", "gave_up"):
        assert reasons.label(reason) != reason


async def test_erasures_say_nothing_about_the_campaign(cast: Cast) -> None:
    campaign = await _sent(cast, 60, control_percent=0)
    await _become(campaign, 60, "accepted")
    rows = await database.fetch("SELECT client_id FROM delivery WHERE campaign_id = $1", campaign.id)
    await erasing.erase([row["client_id"] for row in rows])
    assert await Send.filter(campaign_id=campaign.id, state="failed", reason="erased").count() == 60
    assert await brakes.apply() == []


async def test_results_compare_everybody_who_was_drawn(cast: Cast) -> None:
    campaign = await _sent(cast, 100, control_percent=50)
    rows = await database.fetch("SELECT client_id, arm FROM delivery WHERE campaign_id = $1", campaign.id)
    treated = [row["client_id"] for row in rows if row["arm"] == "treated"]
    control = [row["client_id"] for row in rows if row["arm"] == "control"]
    await _become(campaign, 10, "delivered")
    await timeline.record_many(treated[:8], "message.received")
    await timeline.record_many(control[:2], "menu.tapped")
    # what was done to a client is not what a client did
    await timeline.record_many(control[:9], "tag.added")
    # and what only an invitation makes possible says nothing about the two groups
    await timeline.record_many(treated[20:40], "event.accepted")
    await timeline.record_many(treated[20:40], "livestream.watched")
    found = await results.of(campaign)
    assert found is not None
    assert (found.treated.people, found.treated.reached, found.treated.active) == (len(treated), 10, 8)
    assert (found.control.people, found.control.reached, found.control.active) == (len(control), 0, 2)
    assert not found.is_final


async def test_only_a_no_to_all_marketing_counts_as_an_opt_out(cast: Cast) -> None:
    campaign = await _sent(cast, 100, control_percent=50)
    treated = "SELECT client_id FROM delivery WHERE campaign_id = $1 AND arm = 'treated'"
    rows = await database.fetch(treated, campaign.id)
    one, channel, product, partner = (row["client_id"] for row in rows[:4])
    await consent.withdraw([one], "message")
    await consent.withdraw([channel], "preferences_page", channel="oa_service")
    await consent.withdraw([product], "preferences_page", product_class="fund")
    await consent.withdraw([partner], "preferences_page", purpose=consent.SHARING, receiver="某某保险")
    found = await results.of(campaign)
    assert found is not None
    assert (found.treated.opted_out, found.control.opted_out) == (1, 0)
