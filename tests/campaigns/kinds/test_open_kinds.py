"""Into client groups, moments, mass sends and subscribed notices: through a WeChat that behaves like WeChat."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Any

import pytest

from campaigns.delivery import finishing, tasks
from campaigns.delivery.models import Target
from campaigns.planning import approval, drafting, fingerprint, preflight, reaching, running
from campaigns.planning.models import Campaign
from community.sending import dispatching, ledger, reconciling, results
from community.sending.channels import oa_subscribe
from community.sending.models import GroupTask, Send
from kernel import clock, database, settings
from staff.models import Staff
from tests.campaigns.conftest import Cast
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage
from tests.waiting import until
from wechat import doors

pytestmark = pytest.mark.usefixtures("awake")
GROUP = """
INSERT INTO client_group (corpid, chat_id, name, owner_id, owner_userid, local_tags) VALUES ($1, $2, $3, $4, $5, $6)
RETURNING id
"""
MEMBER = "INSERT INTO membership (group_id, member_id, is_client, client_id) VALUES ($1, $2, TRUE, $3)"
TEXT = "各位客户好，周六上午有一堂反诈课，欢迎来听。"


async def _approved(cast: Cast, kind: str, text: str = TEXT, **changes: Any) -> Campaign:
    campaign = await drafting.create(kind, "反诈课", cast.li, channel=changes.pop("channel", ""), control_percent=0)
    draft = dataclasses.replace(
        await drafting.read(campaign), steps=(drafting.StepText("main", text),), **{"control_percent": 0, **changes}
    )
    await drafting.save(campaign.id, draft, cast.li, campaign.version)
    await approval.submit(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    return await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))


async def _sent(cast: Cast, campaign: Campaign) -> Campaign:
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    campaign = await Campaign.get(id=campaign.id)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    return campaign


async def _groups(stage: Stage, cast: Cast, count: int) -> list[str]:
    """Groups of two owners, three clients in each, known to WeChat and to us."""
    contacts = await stage.contacts(count * 3, members=2)
    await stage.control.seed("bulk", groups=count, group_size=3, members=2)
    owners = [
        await Staff.create(login=f"o{n}", name=f"群主{n}", role="director", branch=cast.branch, wecom_userid=f"bulk{n}")
        for n in range(2)
    ]
    told = (await stage.control.people("groups"))["groups"]
    for place, group in enumerate(told):
        owner = next(one for one in owners if one.wecom_userid == group["owner"])
        tags = '["财富"]' if place % 2 else "[]"
        group_id = await database.fetch_value(
            GROUP, settings.get().wecom_corpid, group["chat_id"], f"财富群{place}", owner.id, group["owner"], tags
        )
        for who, (client_id, userid) in list(contacts.items())[place::count]:
            if userid == group["owner"]:
                await database.execute(MEMBER, group_id, who, client_id)
    return [group["chat_id"] for group in told]


async def test_each_owner_confirms_one_job_and_every_group_hears_once(cast: Cast, stage: Stage) -> None:
    groups = await _groups(stage, cast, 6)
    campaign = await _approved(cast, "group_message")
    assert (await reaching.people(campaign)).total > 0
    campaign = await _sent(cast, campaign)
    assert await Target.filter(campaign_id=campaign.id, arm="treated").count() == len(groups)
    assert sorted(job.sender_userid for job in await GroupTask.all()) == ["bulk0", "bulk1"]
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + timedelta(minutes=15)):
        await results.poll()
    assert {send.recipient: send.state for send in await Send.all()} == dict.fromkeys(groups, "delivered")
    assert {ledger.body_of(send) for send in await Send.all()} == {TEXT}
    assert await finishing.finish_all() == [campaign.id]


async def test_groups_are_chosen_by_name_tag_and_size_and_some_stay_out_as_the_control(
    cast: Cast, stage: Stage
) -> None:
    await _groups(stage, cast, 6)
    campaign = await _approved(cast, "group_message", details={"tag": "财富", "words": "群"})
    await _sent(cast, campaign)
    assert await Target.filter(campaign_id=campaign.id).count() == 3
    nothing = await drafting.create("group_message", "没有的群", cast.li)
    draft = dataclasses.replace(await drafting.read(nothing), details={"words": "100%"})
    saved = await drafting.save(nothing.id, draft, cast.li, nothing.version)
    assert "targets.none" in {finding.code for finding in await preflight.check(saved)}
    halves = await _approved(cast, "group_message", control_percent=50)
    await _sent(cast, halves)
    arms = {target.arm for target in await Target.filter(campaign_id=halves.id)}
    assert arms <= {"treated", "control"}
    assert (
        await Send.filter(campaign_id=halves.id).count()
        == await Target.filter(campaign_id=halves.id, arm="treated").count()
    )


async def test_members_post_in_their_moments_and_each_post_counts_once(cast: Cast, stage: Stage) -> None:
    await stage.contacts(8, members=2)
    for n in range(2):
        one = await Staff.create(login=f"m{n}", name=f"员工{n}", role="director", wecom_userid=f"bulk{n}")
        await database.execute("UPDATE contact SET staff_id = $1 WHERE userid = $2", one.id, f"bulk{n}")
    campaign = await _sent(cast, await _approved(cast, "moments"))
    (job,) = await GroupTask.filter(campaign_id=campaign.id)
    assert (job.chat_type, job.recipients) == ("moment", 2)
    await stage.control.act("member.publish_moment", userid="bulk0")
    await _look_again()
    assert {send.recipient: send.state for send in await Send.all()} == {"bulk0": "delivered", "bulk1": "accepted"}
    await stage.control.act("member.publish_moment")
    await _look_again()
    assert await Send.filter(state="delivered").count() == 2
    assert (await GroupTask.get(id=job.id)).state == "delivered"


async def test_a_post_whose_answer_was_lost_is_found_in_the_list_and_not_made_again(cast: Cast, stage: Stage) -> None:
    await stage.contacts(2)
    one = await Staff.create(login="m0", name="员工", role="director", wecom_userid="bulk0")
    await database.execute("UPDATE contact SET staff_id = $1", one.id)
    await stage.control.faults({"path": "*/add_moment_task", "kind": "accept_then_reset", "times": 1})
    await _sent(cast, await _approved(cast, "moments"))
    assert await Send.filter(state="unknown").count() == 1
    await stage.control.clear_faults()
    await reconciling.reconcile()
    assert await Send.filter(state="accepted").count() == 1
    assert len((await stage.control.people("moments"))["moments"]) == 1


async def test_a_mass_send_reaches_every_follower_once_and_one_alone_is_not_taken(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(12)
    campaign = await _sent(cast, await _approved(cast, "message", channel="oa_mass"))
    assert await GroupTask.filter(campaign_id=campaign.id, chat_type="mass").count() == 1
    await until(lambda: stage.reached(kind="mass"))
    await _look_again()
    assert await stage.reached(kind="mass") == dict.fromkeys(followers, 1)
    assert await Send.filter(campaign_id=campaign.id, state="delivered").count() == 12
    assert await finishing.finish_all() == [campaign.id]


async def test_a_mass_send_whose_answer_was_lost_is_asked_for_under_its_own_id(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(5)
    await stage.control.faults({"path": "*/message/mass/send", "kind": "accept_then_reset", "times": 1})
    await _sent(cast, await _approved(cast, "message", channel="oa_mass"))
    assert await Send.filter(state="unknown").count() == 5
    await stage.control.clear_faults()
    await stage.control.clock(advance=90)
    await reconciling.reconcile()
    assert await Send.filter(state="accepted").count() == 5
    await until(lambda: stage.reached(kind="mass"))
    assert await stage.reached(kind="mass") == dict.fromkeys(followers, 1)


async def test_a_mass_text_names_nobody_and_a_notice_sells_nothing(cast: Cast, stage: Stage) -> None:
    await stage.followers(3)
    mass = await drafting.create("message", "群发", cast.li, channel="oa_mass")
    draft = await drafting.read(mass)
    named = dataclasses.replace(draft, steps=(drafting.StepText("main", "{称呼}您好，来听课吧。"),))
    saved = await drafting.save(mass.id, named, cast.li, mass.version)
    assert "channel.not_personal" in {finding.code for finding in await preflight.check(saved)}
    notice = await drafting.create("notice", "通知", cast.li)
    sells = dataclasses.replace(await drafting.read(notice), steps=(drafting.StepText("main", "新发基金，欢迎选购"),))
    saved = await drafting.save(notice.id, sells, cast.li, notice.version)
    blocking = {finding.code for finding in await preflight.check(saved) if finding.is_blocking}
    assert "service.product" in blocking


async def test_a_subscribed_notice_uses_one_consent_and_goes_to_nobody_without(cast: Cast, stage: Stage) -> None:
    followers = await stage.followers(3)
    first, second, _ = followers
    template = await _template(stage)
    for openid in (first, second):
        await stage.control.act("fan.accept_template", openid=openid, template_id=template)
        await database.execute(
            "INSERT INTO subscription_credit (fan_id, template_id, credits)"
            " SELECT id, $2, 1 FROM fan WHERE openid = $1",
            openid,
            template,
        )
    campaign = await _approved(cast, "notice", "系统升级通知\n今晚暂停服务", channel="oa_subscribe")
    campaign = await _sent(cast, campaign)
    await until(lambda: stage.reached(kind="subscribe"))
    assert await stage.reached(kind="subscribe") == {first: 1, second: 1}
    rows = await database.fetch("SELECT decision, count(*)::int AS n FROM delivery GROUP BY decision ORDER BY 1")
    assert {row["decision"]: row["n"] for row in rows} == {"due": 2, "no_channel": 1}


def test_a_template_is_filled_by_the_kinds_of_its_fields_or_not_at_all() -> None:
    made = oa_subscribe.fields_of("名称:{{thing1.DATA}}\n时间:{{time2.DATA}}\n状态:{{phrase3.DATA}}", "开课", "周六")
    assert (made["thing1"], made["phrase3"], sorted(made)) == ("开课", "请留意", ["phrase3", "thing1", "time2"])
    assert oa_subscribe.fields_of("金额:{{amount1.DATA}}", "开课", "周六") == {}


async def _template(stage: Stage) -> str:
    account = doors.official_account(settings.get().oa_appid)
    return await account.add_subscribe_template("2004", [1, 2, 3], "活动提醒")


async def _look_again() -> None:
    await database.execute("UPDATE group_task SET next_poll_at = now() - interval '1 minute'")
    await results.poll()
