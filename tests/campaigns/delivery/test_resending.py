"""Another try for those who certainly got nothing: nobody twice, nobody whose message may have arrived."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.delivery import finishing, freezing, planning_sends, resending
from campaigns.planning import running
from campaigns.planning.models import Campaign
from community.sending.models import Send
from kernel import clock
from kernel.errors import Forbidden, Refused
from staff import approvals
from staff.models import ApprovalRule, AuditEntry
from tests.campaigns.conftest import Cast, approved, make_clients

OUTCOMES = {
    "delivered": ("delivered", ""),
    "on a phone": ("accepted", ""),
    "may have arrived": ("unknown", "timeout"),
    "closed by a person": ("failed", "closed_by_hand"),
    "said no": ("skipped", "opted_out"),
    "called off": ("skipped", "cancelled"),
    "broken off by WeChat": ("failed", "mass_failed"),
    "gave up": ("failed", "gave_up"),
    "member did not confirm": ("failed", "not_sent"),
    "no way then": ("skipped", "no_channel"),
}
AGAIN = {"gave up", "member did not confirm", "no way then"}


async def _sent(cast: Cast, clients: int) -> Campaign:
    await make_clients(cast, clients)
    campaign = await approved(cast)
    await running.start(campaign.id, cast.li)
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step)
    return await Campaign.get(id=campaign.id)


async def _failed(campaign: Campaign) -> None:
    await Send.filter(campaign_id=campaign.id).update(state="failed", reason="gave_up", ended_at=clock.now())


async def test_only_who_certainly_got_nothing_gets_another_message_each_one(cast: Cast) -> None:
    campaign = await _sent(cast, len(OUTCOMES))
    who = {}
    for (name, ended), send in zip(
        OUTCOMES.items(), await Send.filter(campaign_id=campaign.id).order_by("id"), strict=True
    ):
        await Send.filter(id=send.id).update(state=ended[0], reason=ended[1])
        who[name] = send.client_id
    assert await resending.unsent(campaign) == resending.Unsent(len(AGAIN))
    assert await resending.resend(campaign.id, cast.li) == resending.Outcome(len(AGAIN), None)
    again = await Send.filter(campaign_id=campaign.id, state="planned")
    assert {send.client_id for send in again} == {who[name] for name in AGAIN}
    assert all(send.key.endswith(":r1") for send in again)
    assert await AuditEntry.filter(action="campaign.resent", subject_id=campaign.id).count() == 1
    with pytest.raises(Refused, match="没有可以重发"):
        await resending.resend(campaign.id, cast.li)


async def test_a_finished_campaign_goes_on_for_the_unsent_and_ends_again(cast: Cast) -> None:
    campaign = await _sent(cast, 3)
    await _failed(campaign)
    assert await finishing.finish_all() == [campaign.id]
    await resending.resend(campaign.id, cast.li)
    campaign = await Campaign.get(id=campaign.id)
    assert (campaign.state, campaign.finished_at) == ("sending", None)
    assert await finishing.finish_all() == []
    await Send.filter(campaign_id=campaign.id, state="planned").update(state="delivered")
    assert await finishing.finish_all() == [campaign.id]


async def test_a_person_is_tried_three_times_and_no_more(cast: Cast) -> None:
    campaign = await _sent(cast, 1)
    for _ in range(resending.MOST - 1):
        await _failed(campaign)
        await resending.resend(campaign.id, cast.li)
    await _failed(campaign)
    assert not await resending.unsent(campaign)
    assert await Send.filter(campaign_id=campaign.id).count() == resending.MOST


async def test_more_people_than_one_person_may_approve_wait_for_a_second_persons_word(cast: Cast) -> None:
    campaign = await _sent(cast, 4)
    await ApprovalRule.create(subject="campaign", second_above=3, expires_hours=72, effective_on=clock.today())
    await _failed(campaign)
    planned, asked = await resending.resend(campaign.id, cast.li)
    assert (planned, asked.size if asked else 0) == (0, 4)
    assert asked is not None
    assert await Send.filter(campaign_id=campaign.id, state="planned").count() == 0
    with pytest.raises(Forbidden):
        await approvals.approve(asked.id, asked.content_hash, cast.li)
    one = await Send.filter(campaign_id=campaign.id).first()
    assert one is not None
    await Send.filter(id=one.id).update(state="delivered", reason="")
    await approvals.approve(asked.id, asked.content_hash, cast.wang)
    assert await Send.filter(campaign_id=campaign.id, state="planned").count() == 3


async def test_what_is_paused_called_off_or_long_ago_is_not_tried_again(cast: Cast) -> None:
    campaign = await _sent(cast, 2)
    await _failed(campaign)
    with pytest.raises(Forbidden):
        await resending.resend(campaign.id, cast.wang)
    with clock.frozen(clock.now() + resending.WITHIN + timedelta(minutes=1)), pytest.raises(Refused, match="7 天"):
        await resending.resend(campaign.id, cast.li)
    await running.pause(campaign.id, "看一下", cast.li)
    with pytest.raises(Refused, match="已暂停"):
        await resending.resend(campaign.id, cast.li)
    await running.cancel(campaign.id, "不发了", cast.li)
    with pytest.raises(Refused, match="已取消"):
        await resending.resend(campaign.id, cast.li)
