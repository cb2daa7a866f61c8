"""From draft to result through a WeChat that behaves like WeChat; its own counters say who was reached."""

from __future__ import annotations

import pytest

from campaigns.delivery import finishing, progress, tasks
from campaigns.planning import running
from campaigns.planning.models import Campaign
from community.sending import dispatching, results
from community.sending.channels.wecom_message import LARGEST
from community.sending.models import Send
from kernel import clock, database
from staff.models import ApprovalRule, Staff
from tests.campaigns.conftest import Cast, approved
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("awake")

IN_ARM = "SELECT client_id FROM delivery WHERE campaign_id = $1 AND decision = $2"


async def _send_all(campaign: Campaign) -> None:
    await tasks.start_campaign.now(campaign.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass


async def _clients(campaign: Campaign, decision: str) -> set[int]:
    return {row["client_id"] for row in await database.fetch(IN_ARM, campaign.id, decision)}


async def test_every_eligible_follower_hears_once_and_no_control_client_does(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(120)
    campaign = await approved(cast, channel="oa_service", control_percent=20)
    campaign = await running.start(campaign.id, cast.li)
    await _send_all(campaign)
    due, control = await _clients(campaign, "due"), await _clients(campaign, "held_out")
    reached = await stage.reached()
    assert {followers[openid]: times for openid, times in reached.items()} == dict.fromkeys(due, 1)
    assert len(due) + len(control) == 120
    assert len(control) > 5
    assert await finishing.finish_all() == [campaign.id]
    assert (await progress.funnel(campaign.id)).delivered == len(due)
    assert await progress.why(await Campaign.get(id=campaign.id)) == "已结束"


async def test_members_confirm_and_only_then_it_counts_as_reached(cast: Cast, stage: Stage) -> None:
    contacts = await stage.contacts(30, members=2)
    campaign = await approved(cast, text="周四下午有一堂理财课，欢迎来听。", control_percent=0)
    campaign = await running.start(campaign.id, cast.li)
    await _send_all(campaign)
    assert await stage.reached() == {}
    assert await finishing.finish_all() == []
    assert "等待员工" in await progress.why(await Campaign.get(id=campaign.id))
    await stage.control.act("member.confirm_groupmsg")

    async def all_delivered() -> bool:
        await results.poll()
        return await Send.filter(campaign_id=campaign.id, state="delivered").count() == 30

    await _look_at_once()
    await until(all_delivered)
    assert await stage.reached() == dict.fromkeys(contacts, 1)
    executions = await progress.by_staff(campaign.id, Staff(reach="bank"))
    assert [(one.tasks, one.tasks_confirmed, one.sent) for one in executions] == [
        (1, 1, one.clients) for one in executions
    ]
    assert await finishing.finish_all() == [campaign.id]


async def test_a_paused_campaign_goes_on_where_it_stopped(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(60)
    campaign = await approved(cast, channel="oa_service")
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    await dispatching.dispatch(20, lane="campaigns", stream_id=campaign.stream_id)
    await running.pause(campaign.id, "核对内容", cast.wang)
    assert await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id) == 0
    assert len(await stage.reached()) == 20
    await running.resume(campaign.id, cast.li)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    assert await stage.reached() == dict.fromkeys(followers, 1)


async def test_more_clients_of_one_member_than_a_job_holds_make_two_jobs(cast: Cast, stage: Stage) -> None:
    await stage.contacts(LARGEST + 50)
    # as PostgreSQL does by itself within a minute
    await database.execute_script("ANALYZE client; ANALYZE contact")
    # so many would need two people's word, which is not what this is about
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=None)
    campaign = await approved(cast)
    campaign = await running.start(campaign.id, cast.li)
    await _send_all(campaign)
    jobs = await database.fetch("SELECT recipients, state FROM group_task ORDER BY recipients")
    assert jobs == [{"recipients": 50, "state": "accepted"}, {"recipients": LARGEST, "state": "accepted"}]
    assert len((await stage.control.people("group_messages"))["group_messages"]) == 2
    assert await Send.filter(campaign_id=campaign.id, state="accepted").count() == LARGEST + 50


async def _look_at_once() -> None:
    await database.execute("UPDATE group_task SET next_poll_at = now() - interval '1 second'")


async def test_a_text_altered_behind_the_approval_is_never_sent(cast: Cast, stage: Stage) -> None:
    await stage.followers(10)
    campaign = await approved(cast, channel="oa_service")
    campaign = await running.start(campaign.id, cast.li)
    await database.execute("UPDATE step SET text = '改过的话' WHERE campaign_id = $1", campaign.id)
    await _send_all(campaign)
    assert (await stage.reached(), (await Campaign.get(id=campaign.id)).state) == ({}, "paused")


async def test_a_text_altered_between_planning_and_sending_waits(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(10)
    campaign = await approved(cast, channel="oa_service")
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    (row,) = await database.fetch("SELECT text FROM step WHERE campaign_id = $1", campaign.id)
    await database.execute("UPDATE step SET text = '改过的话' WHERE campaign_id = $1", campaign.id)
    await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id)
    assert await stage.reached() == {}
    assert (await Campaign.get(id=campaign.id)).state == "paused"
    assert await Send.filter(campaign_id=campaign.id, state="planned").count() == 10
    # put right again, a person lets it go on and nobody is left out
    await database.execute("UPDATE step SET text = $2 WHERE campaign_id = $1", campaign.id, row["text"])
    await running.resume(campaign.id, cast.li)
    await _send_all(campaign)
    assert len(await stage.reached()) == len(followers)
