"""What the peers get wrong about sending (design, peers 5): each of their defects that has no test elsewhere, by name.

4 is tests/community/sending/test_reconciling (a lost answer), 8 test_stopping (the stop call), 15
tests/campaigns/planning/test_approval, 16 test_workers_side_by_side.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import timedelta

import pytest

from campaigns.delivery import resending, tasks
from campaigns.planning import approval, drafting, fingerprint, running
from campaigns.planning.models import Campaign
from community.clients import consent
from community.sending import dispatching, policies, results
from community.sending.models import Send
from kernel import clock, database, settings
from staff.models import ApprovalRule, Staff
from tests.campaigns.conftest import Cast, approved
from tests.community.sending.conftest import NEVER_QUIET
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage, drain, states, stream_of
from tests.flows import havoc
from wechat import doors

pytestmark = pytest.mark.usefixtures("awake")
CLIENTS = 10_500 if havoc.IS_SHORT else 25_000
LATER = timedelta(minutes=15)


async def _sent(cast: Cast, campaign: Campaign) -> Campaign:
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    campaign = await Campaign.get(id=campaign.id)
    await drain(campaign.stream_id)
    return campaign


@pytest.mark.prove
@pytest.mark.timeout(600)
async def test_5_and_6_twenty_five_thousand_clients_of_one_member_are_three_jobs_and_all_pages_of_results_count(
    cast: Cast, stage: Stage
) -> None:
    await stage.contacts(CLIENTS)
    await database.execute_script("ANALYZE client; ANALYZE contact")
    await ApprovalRule.create(subject="campaign", effective_on=clock.today(), second_above=None)
    campaign = await _sent(cast, await approved(cast))
    jobs = await database.fetch("SELECT msgid, recipients FROM group_task ORDER BY recipients DESC")
    assert len({job["msgid"] for job in jobs}) == -(-CLIENTS // dispatching.JOB_LIMIT)
    assert sum(job["recipients"] for job in jobs) == CLIENTS
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + LATER):
        while await results.poll():
            pass
    assert await states(campaign.stream_id) == {"delivered": CLIENTS}
    assert Counter((await stage.reached(kind="group_message")).values()) == Counter({1: CLIENTS})


async def test_7_over_the_limit_and_no_friend_any_more_are_never_swapped(stage: Stage) -> None:
    people = await stage.contacts(5)
    await stage.control.switches(groupmsg_quota="day_1")
    ids = {who: client_id for who, (client_id, _) in people.items()}
    senders = {who: userid for who, (_, userid) in people.items()}
    used, gone, *_ = people
    # the corp sent to one of them by hand, which the ledger can't know; another deletes the member before it is sent
    wecom = doors.wecom()
    await wecom.create_group_message("single", text="手工群发", sender=senders[used], external_userids=[used])
    await stage.control.act("member.confirm_groupmsg")
    stream_id = await stream_of(ids, "wecom_message", sender_of=senders)
    await drain(stream_id)
    await stage.control.act("client.delete_member", userid=senders[gone], external_userid=gone)
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + LATER):
        await results.poll()
    reasons = {send.recipient: send.reason for send in await Send.filter(stream_id=stream_id, state="failed")}
    assert reasons == {used: "over_platform_quota", gone: "not_friend"}


async def test_14_after_a_partial_failure_only_the_unsent_groups_are_tried_again_and_the_history_stays(
    cast: Cast, stage: Stage
) -> None:
    seed = await stage.control.seed("small")
    owner = await Staff.create(login="zw", name="张伟", role="director", branch=cast.branch, wecom_userid="zhang.wei")
    for chat_id in (*seed["groups"][:1], "wrGoneLongAgo"):
        await database.execute(
            "INSERT INTO client_group (corpid, chat_id, name, owner_id, owner_userid) VALUES ($1, $2, $3, $4, $5)",
            *(settings.get().wecom_corpid, chat_id, "财富群", owner.id, owner.wecom_userid),
        )
    campaign = await drafting.create("group_message", "反诈课", cast.li, control_percent=0)
    draft = dataclasses.replace(
        await drafting.read(campaign), steps=(drafting.StepText("main", "各位客户好，周六上午有一堂反诈课。"),)
    )
    await drafting.save(campaign.id, draft, cast.li, campaign.version)
    await approval.submit(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    await approval.approve(campaign.id, cast.wang, await fingerprint.of(campaign))
    campaign = await _sent(cast, campaign)
    await stage.control.act("member.confirm_groupmsg")
    with clock.frozen(clock.now() + LATER):
        await results.poll()
    assert (await resending.resend(campaign.id, cast.li)).planned == 1
    rows = [(send.recipient, send.state) for send in await Send.filter(campaign_id=campaign.id).order_by("id")]
    assert sorted(rows[:2]) == sorted([(seed["groups"][0], "delivered"), ("wrGoneLongAgo", "failed")])
    assert rows[2:] == [("wrGoneLongAgo", "planned")]


async def test_19_whoever_is_held_out_never_receives_not_even_by_another_campaign_of_the_same_member(
    cast: Cast, stage: Stage
) -> None:
    people = await stage.contacts(60, members=2)
    await policies.save(clock.today(), dataclasses.replace(NEVER_QUIET, holdout_percent=30))
    held = {
        who
        for who, (client_id, _) in people.items()
        if policies.is_held_out(client_id, 30, policies.season(clock.today()))
    }
    assert 0 < len(held) < 60
    await _sent(cast, await approved(cast))
    await _sent(cast, await approved(cast, text="您好，周五下午茶，欢迎来坐坐。"))
    # a list of the same members that comes from elsewhere goes past no freeze, but past the gate
    stream_id = await stream_of(
        {who: client_id for who, (client_id, _) in people.items()},
        "wecom_message",
        sender_of={who: userid for who, (_, userid) in people.items()},
    )
    await drain(stream_id)
    await stage.control.act("member.confirm_groupmsg")
    assert not held & set(await stage.reached(kind="group_message"))
    skipped = await Send.filter(stream_id=stream_id, state="skipped", reason="held_out")
    assert {send.recipient for send in skipped} == held


async def test_20_a_consent_withdrawn_between_approval_and_send_leaves_the_client_out_with_the_reason(
    cast: Cast, stage: Stage
) -> None:
    people = await stage.followers(6)
    campaign = await approved(cast, channel="oa_service")
    shy = next(iter(people))
    await consent.withdraw([people[shy]], "message")
    await _sent(cast, campaign)
    assert set(await stage.reached()) == set(people) - {shy}
    decision = "SELECT decision FROM delivery WHERE campaign_id = $1 AND client_id = $2"
    assert await database.fetch_value(decision, campaign.id, people[shy]) in ("opted_out", "no_consent")
    assert await Send.filter(client_id=people[shy]).count() == 0
