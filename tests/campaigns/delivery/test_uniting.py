"""Two clients who turn out to be one person: a message never gets to a control client that way."""

from __future__ import annotations

import pytest

from campaigns.delivery import planning_sends, tasks
from campaigns.planning import running
from campaigns.planning.models import Campaign, Step
from community.clients import identities
from community.sending import claiming, dispatching, leases
from community.sending.models import Send
from kernel import clock, database
from tests.campaigns.conftest import Cast, approved, make_clients
from tests.community.sending.conftest import awake as awake
from tests.community.sending.conftest import stage as stage
from tests.community.sending.staging import Stage

ARM = "SELECT client_id FROM delivery WHERE campaign_id = $1 AND arm = $2 ORDER BY client_id"


async def _both_arms(campaign: Campaign) -> tuple[list[int], list[int]]:
    treated, control = [
        [row["client_id"] for row in await database.fetch(ARM, campaign.id, arm)] for arm in ("treated", "control")
    ]
    return treated, control


async def _sent(cast: Cast) -> Campaign:
    campaign = await approved(cast, channel="oa_service", control_percent=50)
    campaign = await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    return campaign


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize("keeps", ["control", "treated"])
@pytest.mark.parametrize("is_claimed", [False, True])
async def test_whoever_turns_out_to_be_a_control_client_is_not_sent_what_was_planned(
    cast: Cast, stage: Stage, keeps: str, is_claimed: bool
) -> None:
    followers = await stage.followers(30)
    campaign = await _sent(cast)
    treated, control = await _both_arms(campaign)
    owner, claimed = leases.new_owner(), []
    if is_claimed:
        assert campaign.stream_id is not None
        claimed = (await claiming.claim(owner, 100, channel="oa_service", stream_id=campaign.stream_id)).rows
        assert len(claimed) == len(treated)
    one, other = (control[0], treated[0]) if keeps == "control" else (treated[0], control[0])
    await identities.merge(one, other)
    await dispatching.send_claimed(owner, claimed)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    stopped = await Send.get(campaign_id=campaign.id, state="skipped")
    assert (stopped.client_id, stopped.reason, stopped.counted_on) == (one, "control_arm", None)
    reached = await stage.reached()
    assert {followers[openid] for openid in reached} == set(treated[1:])
    assert await database.fetch_value("SELECT min(window_left) FROM fan WHERE client_id = $1", one) == 5


async def test_a_later_message_does_not_go_to_whoever_was_merged_with_a_control_client(cast: Cast) -> None:
    await make_clients(cast, 30, fans=True)
    campaign = await _sent(cast)
    treated, control = await _both_arms(campaign)
    await Send.all().delete()
    await identities.merge(treated[0], control[0])
    await Step.filter(campaign_id=campaign.id).update(state="waiting", due_at=clock.now())
    (step_id,) = await planning_sends.due_steps(campaign.id)
    assert await planning_sends.plan_step(step_id) == len(treated)
    skipped = await Send.get(campaign_id=campaign.id, state="skipped")
    assert (skipped.client_id, skipped.reason) == (treated[0], "control_arm")


@pytest.mark.usefixtures("awake")
@pytest.mark.parametrize("is_claimed", [False, True])
async def test_two_who_are_both_invited_and_are_one_person_hear_once(
    cast: Cast, stage: Stage, is_claimed: bool
) -> None:
    followers = await stage.followers(8)
    campaign = await _sent(cast)
    treated, _ = await _both_arms(campaign)
    owner, claimed = leases.new_owner(), []
    if is_claimed:
        assert campaign.stream_id is not None
        claimed = (await claiming.claim(owner, 100, channel="oa_service", stream_id=campaign.stream_id)).rows
    await identities.merge(treated[0], treated[1])
    await dispatching.send_claimed(owner, claimed)
    while await dispatching.dispatch(lane="campaigns", stream_id=campaign.stream_id):
        pass
    states = {send.state: send.reason for send in await Send.filter(campaign_id=campaign.id, client_id=treated[0])}
    assert states == {"delivered": "", "skipped": "duplicate_identity"}
    reached = await stage.reached()
    assert len(reached) == len(treated) - 1
    assert len({followers[openid] for openid in reached} & set(treated[:2])) == 1


async def test_a_merge_after_one_message_went_out_takes_back_the_other_and_nothing_else(cast: Cast) -> None:
    await make_clients(cast, 30, fans=True)
    campaign = await _sent(cast)
    treated, _ = await _both_arms(campaign)
    await Send.filter(campaign_id=campaign.id, client_id=treated[1]).update(state="unknown")
    await identities.merge(treated[0], treated[1])
    skipped = await Send.filter(campaign_id=campaign.id, state="skipped")
    assert [send.reason for send in skipped] == ["duplicate_identity"]
    assert await Send.filter(campaign_id=campaign.id, client_id=treated[0], state="unknown").count() == 1
    assert await Send.filter(campaign_id=campaign.id, state="planned").count() == len(treated) - 2
