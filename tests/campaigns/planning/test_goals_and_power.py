"""What a campaign is for, what it must not cost, and what its groups can show."""

from __future__ import annotations

from datetime import timedelta

import pytest

from campaigns.planning import goals, goals_kept, power, reaching, running
from campaigns.planning.arbitration import audience_of
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from tests.campaigns.conftest import Cast, draft_of, make_clients

SENT = """
INSERT INTO send (
  key, client_id, channel, purpose, state, campaign_id, step, recipient, due_at, expires_at, accepted_at)
SELECT 'g' || id, id, 'wecom_message', 'marketing', 'delivered', $2, 'main', 'wm' || id, $3, $3, $3
FROM unnest($1::bigint[]) AS c(id)
"""
LEFT = (
    "INSERT INTO timeline_entry (client_id, kind, at) SELECT id, 'contact.lost', $2 FROM unnest($1::bigint[]) AS c(id)"
)


@pytest.mark.parametrize(
    ("goal", "days", "limits", "code"),
    [
        ("profit", 30, {}, "goal.unknown"),
        ("deposit_return", 31, {}, "goal.days"),
        ("active", 7, {"tears": 1}, "guard.unknown"),
        ("active", 7, {"opt_out": 0}, "guard.limit"),
    ],
)
def test_what_cannot_be_a_goal_is_refused(goal: str, days: int, limits: dict[str, float], code: str) -> None:
    with pytest.raises(Refused) as refused:
        goals.check(goal, days, limits)
    assert refused.value.code == code


def test_the_power_agrees_with_the_published_sample_sizes() -> None:
    # loyalty-and-metrics 5.8: 20 -> 25 % needs 1,094 in each arm, 50 -> 60 % needs 388
    assert power.detectable(0.2, 1094, 1094) == pytest.approx(0.05, abs=0.0005)
    assert power.detectable(0.5, 388, 388) == pytest.approx(0.10, abs=0.001)
    assert power.needed(0.2, 0.05, 0.5) == pytest.approx(2188, abs=6)


def test_the_sentence_says_what_can_be_seen() -> None:
    few = power.figure("active", 7, 200, 20, 0.1)
    assert few.detectable is None
    assert "不能下结论" in few.sentence
    weak = power.figure("deposit_return", 30, 450, 50, 0.2)
    assert weak.needed is not None
    assert weak.needed > 500
    assert "假定对照水平 20.0%" in weak.sentence
    assert "没有对照组" in power.figure("active", 7, 200, 0, 0.1).sentence


async def test_deposit_return_counts_only_clients_with_an_outflow(cast: Cast) -> None:
    ids = await make_clients(cast, 60)
    campaign = await draft_of(cast, control_percent=50)
    await database.execute(
        "INSERT INTO outflow (client_id, on_day, amount_fen) SELECT id, $2, 100 FROM unnest($1::bigint[]) AS c(id)",
        ids[:20],
        clock.today() - timedelta(days=3),
    )
    people = await reaching.people(campaign)
    found = await power.of(await audience_of(campaign), "deposit_return", 30, (people.due, people.total - people.due))
    assert found.treated + found.control == 20
    active = await power.of(await audience_of(campaign), "active", 7, (people.due, people.total - people.due))
    assert active.treated + active.control == 60


async def test_a_passed_guard_rail_pauses_once_and_a_person_may_go_on(cast: Cast) -> None:
    ids = await make_clients(cast, 120)
    campaign = await draft_of(cast, guardrails={"lost": 2.0, "opt_out": 1.0})
    await Campaign.filter(id=campaign.id).update(state="sending")
    at = clock.now() - timedelta(hours=1)
    await database.execute(SENT, ids, campaign.id, at)
    await database.execute(LEFT, ids[:2], clock.now() - timedelta(minutes=5))
    assert await goals_kept.stop_passed() == []
    await database.execute(LEFT, ids[2:4], clock.now() - timedelta(minutes=5))
    assert await goals_kept.stop_passed() == [campaign.id]
    stopped = await Campaign.get(id=campaign.id)
    assert stopped.state == "paused"
    assert "解除好友或取消关注 3.3%（上限 2%）" in stopped.hold_reason
    await running.resume(campaign.id, cast.li)
    assert await goals_kept.stop_passed() == []
