"""What came back is measured over both arms as they were drawn at the freeze."""

from __future__ import annotations

from datetime import timedelta

from campaigns.delivery import lift, tasks
from campaigns.planning import running
from campaigns.planning.models import Campaign
from kernel import clock, database
from tests.campaigns.conftest import Cast, approved, make_clients

LOST = 10_000_000
OUTFLOWS = """
INSERT INTO outflow (client_id, on_day, amount_fen) SELECT id, $2::date, $3::bigint FROM unnest($1::bigint[]) AS c(id)
"""
# everything lost at first; from the eighth day on `back` of it has returned
BALANCES = """
INSERT INTO client_day (client_id, day, total_fen, deposit_fen)
SELECT c.id, $2::date + n, level.fen, level.fen
FROM unnest($1::bigint[]) AS c(id), generate_series(0, 31) AS days(n),
    LATERAL (SELECT CASE WHEN n < 8 THEN 0 ELSE $3::bigint END AS fen) level
"""


async def test_the_return_of_both_arms_is_compared_from_the_day_of_the_freeze(cast: Cast) -> None:
    await make_clients(cast, 400)
    campaign = await approved(cast, control_percent=50)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    campaign = await Campaign.get(id=campaign.id)
    day = clock.today()
    rows = await database.fetch("SELECT client_id, arm FROM delivery WHERE campaign_id = $1", campaign.id)
    arms = {arm: [row["client_id"] for row in rows if row["arm"] == arm] for arm in ("treated", "control")}
    await database.execute(OUTFLOWS, [row["client_id"] for row in rows], day, LOST)
    for clients, back in (
        (arms["treated"][:120], LOST),
        (arms["treated"][120:], 0),
        (arms["control"][:60], LOST),
        (arms["control"][60:], 0),
    ):
        await database.execute(BALANCES, clients, day, back)
    figures = await lift.of(campaign)
    assert figures is not None
    assert (figures.assigned_treated, figures.assigned_control) == (len(arms["treated"]), len(arms["control"]))
    assert (figures.treated.returned, figures.control.returned) == (120, 60)
    assert figures.clients.verdict == "effect"
    assert "95% 区间" in figures.sentence
    assert lift.ready_at(campaign) == (day + timedelta(days=30)).isoformat()


async def test_while_one_outflow_is_still_open_no_effect_is_claimed(cast: Cast) -> None:
    clients = await make_clients(cast, 200)
    campaign = await approved(cast, control_percent=50)
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    day = clock.today()
    await database.execute(OUTFLOWS, clients, day, LOST)
    await database.execute(BALANCES, clients[1:], day, LOST)
    figures = await lift.of(await Campaign.get(id=campaign.id))
    assert figures is not None
    assert (figures.pending, figures.clients.verdict, figures.amount.difference) == (1, "early", None)


async def test_without_events_nothing_is_claimed(cast: Cast) -> None:
    await make_clients(cast, 20)
    campaign = await approved(cast, control_percent=20)
    assert await lift.of(campaign) is None
    await running.start(campaign.id, cast.li)
    await tasks.start_campaign.now(campaign.id)
    figures = await lift.of(await Campaign.get(id=campaign.id))
    assert figures is not None
    assert figures.clients.verdict in ("few", "broken")
