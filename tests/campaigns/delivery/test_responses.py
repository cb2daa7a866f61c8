"""What people did after a campaign, in every cut; who got what; what it cost and what was decided."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.delivery import costs, experiments, lift, receiving, responses, tasks
from campaigns.delivery.models import Delivery, Verdict
from campaigns.planning import costing, running
from campaigns.planning.models import Campaign
from community.clients import timeline
from community.clients.models import Client
from kernel import clock, database
from kernel.errors import NotFound, Refused
from loyalty.metrics.comparing import Arm, Comparison
from loyalty.metrics.intervals import Interval, Sums
from staff.models import AuditEntry, Staff
from tests.campaigns.conftest import Cast, approved, make_clients

DELIVER = """
UPDATE send SET state = $3, accepted_at = now(), delivered_at = now() WHERE campaign_id = $1 AND client_id = ANY($2)
"""


@pytest.fixture
async def begun(cast: Cast) -> Campaign:
    """A hundred clients, half of them in the control group, all messages still waiting."""
    await make_clients(cast, 100)
    campaign = await approved(cast, control_percent=50)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    return await Campaign.get(id=campaign.id)


async def arm(campaign: Campaign, name: str) -> list[int]:
    rows = await Delivery.filter(campaign_id=campaign.id, arm=name).order_by("client_id")
    return [row.client_id for row in rows]


async def deliver(campaign: Campaign, clients: list[int], state: str = "delivered") -> None:
    await database.execute(DELIVER, campaign.id, clients, state)


async def test_each_person_counts_once_in_the_own_arm_whoever_was_reached(cast: Cast, begun: Campaign) -> None:
    treated, control = await arm(begun, "treated"), await arm(begun, "control")
    await deliver(begun, treated[:20])
    mine = {"campaign": begun.id, "step": "main", "link": 0}
    for client in treated[:5]:
        await timeline.record(client, "link.clicked", **mine)
        await timeline.record(client, "link.clicked", **mine)
    await timeline.record(treated[6], "link.clicked", campaign=begun.id + 1, step="main", link=0)
    for client in (treated[0], treated[1], control[0]):
        await timeline.record(client, "message.received")
    await timeline.record(treated[2], "complaint.received")
    await timeline.record(control[1], "fan.unfollowed")
    (part,) = await responses.by(begun, "variant", cast.li)
    assert (part.treated.people, part.treated.reached) == (len(treated), 20)
    assert (part.treated.clicked, part.treated.replied, part.treated.complained) == (5, 2, 1)
    assert (part.control.people, part.control.replied, part.control.gone) == (len(control), 1, 1)
    # a tap on the campaign's own link proves nothing but the link: the control group has none
    assert (part.treated.active, part.control.active) == (2, 2)
    assert part.difference is not None
    assert part.difference.low < 0 < part.difference.high


async def test_parts_add_up_to_all_whichever_way_people_are_cut(cast: Cast, begun: Campaign) -> None:
    everybody = len(await arm(begun, "treated"))
    for cut in responses.CUTS:
        parts = await responses.by(begun, cut, cast.li)
        assert sum(part.treated.people for part in parts) == everybody, cut


async def test_whoever_sees_only_some_clients_counts_only_those(cast: Cast, begun: Campaign) -> None:
    await database.execute("UPDATE client SET owner_id = $1 WHERE id % 3 = 0", cast.li.id)
    own = await Client.filter(owner_id=cast.chen.id).count()
    parts = await responses.by(begun, "tier", cast.chen)
    seen = sum(part.treated.people + part.control.people for part in parts)
    assert 0 < seen == own < 100
    assert sum((await receiving.counts(begun, cast.chen)).values()) == seen


async def test_the_record_says_for_each_person_what_became_of_the_message_and_why(cast: Cast, begun: Campaign) -> None:
    treated, control = await arm(begun, "treated"), await arm(begun, "control")
    await deliver(begun, treated[:3])
    await database.execute(
        "UPDATE send SET state = 'failed', reason = 'not_friend' WHERE campaign_id = $1 AND client_id = $2",
        begun.id,
        treated[3],
    )
    counts = await receiving.counts(begun, cast.li)
    assert counts == {"delivered": 3, "waiting": len(treated) - 4, "failed": 1, "held_out": len(control)}
    (failed,) = await receiving.people(begun, cast.li, "failed")
    assert (failed.client_id, failed.messages[0].reason) == (treated[3], "客户已不是好友")
    pages = [await receiving.people(begun, cast.li, "", offset, 30) for offset in range(0, 120, 30)]
    assert [one.client_id for page in pages for one in page] == sorted([*treated, *control])


def comparison(low: float, middle: float, high: float) -> Comparison:
    return Comparison(0.3, 0.2, Interval(middle, low, high), "effect", "…")


def test_a_return_has_a_price_only_where_the_interval_excludes_nothing() -> None:
    lost = Arm(1000, 300, Sums(1000, 10_000_000_000, 3_000_000_000, 0, 0, 0), 0.3)
    found = costs.per_return(5_000_000, lost, comparison(0.05, 0.10, 0.20))
    assert found is not None
    # 5 万元 for ten per cent of 1 亿元: 50 元 each 万元, between 25 and 100
    assert (found.returned_fen, found.per_wan_fen) == (1_000_000_000, 5_000)
    assert (found.per_wan_low_fen, found.per_wan_high_fen) == (2_500, 10_000)
    assert costs.per_return(5_000_000, lost, comparison(-0.01, 0.10, 0.20)) is None
    assert costs.per_return(None, lost, comparison(0.05, 0.10, 0.20)) is None


async def test_a_cost_is_written_down_with_who_did_it(cast: Cast, begun: Campaign) -> None:
    await costing.enter(begun.id, 120_050, cast.li)
    assert (await Campaign.get(id=begun.id)).cost_fen == 120_050
    entry = await AuditEntry.get(action="campaign.cost_entered")
    assert entry.detail == {"before": None, "after": 120_050}


async def test_nobody_decides_before_the_figures_are_complete(cast: Cast, begun: Campaign) -> None:
    with pytest.raises(Refused, match="观察期还没有结束"):
        await experiments.decide(begun.id, "adopt", "看着不错", cast.li)
    (one,) = await experiments.page(cast.li, 0, 10)
    assert (one.is_ready, one.verdict) == (False, None)
    with clock.frozen(clock.now() + timedelta(days=31)):
        local = await Staff.create(login="lu", name="路", role="marketing", branch=cast.branch, reach="branch")
        with pytest.raises(NotFound):
            await experiments.decide(begun.id, "drop", "不归我管", local)
        with pytest.raises(Refused, match="写明理由"):
            await experiments.decide(begun.id, "adopt", " ", cast.li)
        await experiments.decide(begun.id, "again", "人太少", cast.li)
        (one,) = await experiments.page(cast.li, 0, 10)
    assert one.is_ready
    assert one.verdict is not None
    assert (await Verdict.get()).figures["verdict"] == (await lift.of(begun)).clients.verdict  # type: ignore[union-attr]
