"""Several campaigns on one day, several channels of one campaign, and messages spread over hours."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from campaigns.delivery import fallbacks, finishing, freezing, planning_sends, spreading, tasks
from campaigns.planning import arbitration, preflight, reaching, running
from campaigns.planning.models import Campaign
from community.sending import policies
from community.sending.models import Send
from kernel import clock, database
from tests.campaigns.conftest import Cast, approved, draft_of, make_clients


@pytest.fixture
async def one_a_day(db: None) -> None:
    """Each client may get one marketing message a day."""
    await policies.save(clock.today(), policies.Policy(1, 30, time(0), time(0)))


async def _started(cast: Cast, **changes: object) -> Campaign:
    campaign = await approved(cast, **changes)
    await running.start(campaign.id, cast.li)
    return await Campaign.get(id=campaign.id)


async def _decisions(campaign: Campaign) -> dict[str, int]:
    rows = await database.fetch(
        "SELECT decision, count(*)::int AS n FROM delivery WHERE campaign_id = $1 GROUP BY decision", campaign.id
    )
    return {row["decision"]: row["n"] for row in rows}


@pytest.mark.usefixtures("one_a_day")
async def test_a_lower_campaign_gives_way_to_one_of_the_same_day_before_its_control_group_is_drawn(cast: Cast) -> None:
    await make_clients(cast, 40)
    second = await approved(cast, priority=2, control_percent=20)
    first = await _started(cast, priority=5, control_percent=20)
    await freezing.freeze(first.id)
    await running.start(second.id, cast.li)
    await freezing.freeze(second.id)
    assert await _decisions(second) == {"gave_way": 40}
    noted = await database.fetch("SELECT DISTINCT note FROM delivery WHERE campaign_id = $1", second.id)
    assert [row["note"] for row in noted] == [str(first.id)]
    assert await arbitration.rivals(await draft_of(cast, priority=1)) == []
    third = await draft_of(cast, priority=1, starts_at=clock.now() + timedelta(minutes=1))
    assert third.starts_at is not None
    if clock.local(third.starts_at).date() == clock.today():
        (loss,) = await arbitration.losses(await Campaign.get(id=third.id))
        assert (loss.campaign_id, loss.people) == (first.id, 40)
    assert "arbitration.gives_way" not in {one.code for one in await preflight.check(first)}


@pytest.mark.usefixtures("one_a_day")
async def test_who_is_scheduled_for_the_afternoon_and_goes_first_is_kept_free_in_the_morning(cast: Cast) -> None:
    clients = await make_clients(cast, 12)
    await database.execute("UPDATE client SET gender = 'm' WHERE id = ANY($1::bigint[])", clients[:5])
    later = clock.now() + timedelta(minutes=1)
    tree = {"field": "gender", "op": "in", "value": ["m"]}
    await approved(cast, priority=4, starts_at=later, tree=tree)
    campaign = await _started(cast, priority=3)
    await freezing.freeze(campaign.id)
    if clock.local(later).date() == clock.today():
        assert await _decisions(campaign) == {"due": 7, "gave_way": 5}


@pytest.mark.usefixtures("one_a_day")
async def test_a_late_campaign_that_goes_first_takes_the_place_of_what_was_not_sent_yet(cast: Cast) -> None:
    clients = await make_clients(cast, 6)
    lower = await _started(cast, priority=2)
    await tasks.start_campaign.now(lower.id)
    await database.execute(
        "UPDATE send SET state = 'delivered', counted_on = $2 WHERE campaign_id = $1 AND client_id = $3",
        *(lower.id, clock.today(), clients[0]),
    )
    urgent = await _started(cast, priority=5)
    await tasks.start_campaign.now(urgent.id)
    states = {send.client_id: (send.state, send.reason) for send in await Send.filter(campaign_id=lower.id)}
    assert states.pop(clients[0]) == ("delivered", "")
    assert set(states.values()) == {("skipped", "gave_way")}
    assert await Send.filter(campaign_id=urgent.id, state="planned").count() == 6


async def test_who_is_not_reached_by_the_first_channel_is_reached_by_the_next_that_they_agreed_to(cast: Cast) -> None:
    contacts = await make_clients(cast, 3, contacts=True)
    fans = await make_clients(cast, 2, contacts=False, fans=True)
    (refuses,) = await make_clients(cast, 1, contacts=False, fans=True)
    await database.execute(
        "INSERT INTO consent_state (client_id, purpose, channel, product_class, receiver, granted, at)"
        " VALUES ($1, 'marketing', 'oa_service', '', '', FALSE, now())",
        refuses,
    )
    campaign = await _started(cast, fallbacks=("oa_service",))
    await tasks.start_campaign.now(campaign.id)
    ways = {send.client_id: send.channel for send in await Send.filter(campaign_id=campaign.id)}
    assert ways == dict.fromkeys(contacts, "wecom_message") | dict.fromkeys(fans, "oa_service")
    assert (await reaching.people(campaign)).due == 5


async def test_what_certainly_did_not_arrive_takes_the_other_way_once_and_the_rest_never(cast: Cast) -> None:
    clients = await make_clients(cast, 4, contacts=True, fans=True)
    campaign = await _started(cast, fallbacks=("oa_service",))
    await tasks.start_campaign.now(campaign.id)
    for client, (state, reason) in zip(
        clients,
        [("failed", "not_friend"), ("delivered", ""), ("skipped", "opted_out"), ("unknown", "lost")],
        strict=True,
    ):
        await Send.filter(campaign_id=campaign.id, client_id=client).update(state=state, reason=reason)
    assert [await fallbacks.plan(campaign.id), await fallbacks.plan_all()] == [1, 0]
    other = await Send.get(campaign_id=campaign.id, channel="oa_service")
    assert (other.client_id, other.state) == (clients[0], "planned")
    await Send.filter(id=other.id).update(state="failed", reason="window_closed")
    assert await fallbacks.plan(campaign.id) == 0
    await Send.filter(campaign_id=campaign.id, state="unknown").update(state="delivered")
    assert await finishing.finish_all() == [campaign.id]


async def test_messages_are_spread_over_the_hours_each_person_at_one_moment_of_their_own(cast: Cast) -> None:
    await make_clients(cast, 60)
    campaign = await _started(cast, spread_minutes=120)
    await freezing.freeze(campaign.id)
    for step in await planning_sends.due_steps(campaign.id):
        await planning_sends.plan_step(step)
    dues = sorted(send.due_at for send in await Send.filter(campaign_id=campaign.id))
    assert timedelta(minutes=90) < dues[-1] - dues[0] < timedelta(minutes=120)
    assert len(set(dues)) > 50
    assert spreading.minutes(campaign, dues[0], dues[0] + timedelta(hours=1)) == 30
