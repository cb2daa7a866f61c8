"""The monthly review agrees with the rule, happens once, and says what moved."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clients.models import TimelineEntry
from kernel import database
from kernel.errors import Refused
from loyalty.tiers import policies, reading, review, rules
from loyalty.tiers.models import Standing, StandingChange, TierReview
from staff.models import Staff
from tests.loyalty import balances
from tests.loyalty.balances import WAN

pytestmark = pytest.mark.usefixtures("db")
MONTHS = [date(2026, month, 1) for month in range(1, 7)]


async def review_all(months: int) -> list[TierReview]:
    return [await review.review_month(month) for month in MONTHS[:months]]


async def test_the_worked_example_of_the_published_rule() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    falling = await balances.client_with_months(MONTHS[0], [60 * WAN, 40 * WAN, 40 * WAN, 30 * WAN])
    back = await balances.client_with_months(MONTHS[0], [60 * WAN, 40 * WAN, 40 * WAN, 55 * WAN])
    reviews = await review_all(4)
    assert [(one.assigned, one.watched, one.lowered) for one in reviews] == [(2, 0, 0), (0, 2, 0), (0, 0, 0), (0, 0, 1)]
    first, second = await Standing.get(client_id=falling.id), await Standing.get(client_id=back.id)
    assert (first.tier, first.since_on) == ("gold", date(2026, 5, 1))
    assert (second.tier, second.months_below, second.since_on) == ("sunflower", 0, date(2026, 2, 1))
    kinds = await TimelineEntry.filter(client_id=falling.id).order_by("id").values_list("kind", flat=True)
    assert kinds == ["tier.assigned", "tier.watched", "tier.lowered"]


async def test_a_second_review_of_a_month_is_the_first_one() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    await balances.client_with_months(MONTHS[0], [60 * WAN, 40 * WAN])
    first = await review.review_month(date(2026, 1, 15))
    again = await review.review_month(date(2026, 1, 1))
    assert again.id == first.id
    assert await TimelineEntry.all().count() == 1
    await review.review_month(MONTHS[1])
    assert await review.review_due() == []
    with pytest.raises(Refused) as refused:
        await review.review_month(date(2026, 3, 1))
    assert refused.value.code == "tiers.month_incomplete"


async def test_whole_months_that_wait_are_reviewed_in_order() -> None:
    await policies.load_preset("cmb", date(2026, 2, 1))
    await balances.client_with_months(MONTHS[0], [60 * WAN] * 3)
    assert [one.month for one in await review.review_due()] == MONTHS[1:3]


async def test_the_average_counts_every_calendar_day_of_the_month() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    client = await balances.client_with_months(MONTHS[0], [0])
    await database.execute("UPDATE client_day SET total_fen = $1 WHERE day > '2026-01-16'", 100 * WAN)
    await review.review_month(MONTHS[0])
    change = await StandingChange.get(client_id=client.id)
    assert change.average_fen == 100 * WAN * 15 // 31
    assert change.tier_after == "gold"


async def test_the_overview_counts_clients_and_assets_of_each_tier() -> None:
    assert (await reading.overview(Staff(reach="bank"))).policy is None
    await policies.load_preset("cmb", date(2026, 1, 1))
    for average in (3 * WAN, 60 * WAN, 70 * WAN):
        await balances.client_with_months(MONTHS[0], [average])
    await review_all(1)
    seen = await reading.overview(Staff(reach="bank"))
    assert [(line.code, line.clients, line.total_fen) for line in seen.tiers if line.clients] == [
        ("sunflower", 2, 130 * WAN),
        ("basic", 1, 3 * WAN),
    ]


schemes = st.builds(
    lambda gaps, graces, drop, day_count, watch: {
        "drop": drop,
        "day_count": day_count,
        "watch_from": watch,
        "tiers": [
            {"code": f"t{n}", "name": f"T{n}", "threshold_fen": sum(gaps[:n]), "grace_months": graces[n]}
            for n in range(4)
        ],
    },
    st.lists(st.integers(1, 40), min_size=3, max_size=3),
    st.lists(st.integers(0, 4), min_size=4, max_size=4),
    st.sampled_from(rules.DROPS),
    st.sampled_from(rules.DAY_COUNTS),
    st.integers(1, 3),
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(schemes, st.lists(st.lists(st.integers(-5, 130), min_size=6, max_size=6), min_size=1, max_size=12))
async def test_the_review_of_all_clients_equals_the_rule_for_each(
    definition: dict[str, object], clients: list[list[int]]
) -> None:
    await database.execute_script("TRUNCATE client, tier_policy, tier_review CASCADE")
    await policies.save("any", "任意", definition, date(2026, 1, 1))
    policy = rules.read_policy(definition)
    made = [await balances.client_with_months(MONTHS[0], months) for months in clients]
    now = {client.id: rules.Standing(policy.tiers[0].code) for client in made}
    for place, month in enumerate(MONTHS):
        await review.review_month(month)
        days = (date(2026, month.month + 1, 1) - month).days
        for client, months in zip(made, clients, strict=True):
            average = months[place] * days // (30 if policy.day_count == "thirty" else days)
            now[client.id] = rules.next_standing(now[client.id], average, policy)
        found = {row.client_id: row for row in await Standing.all()}
        assert {
            client_id: rules.Standing(row.tier, row.months_below, row.best_below_fen)
            for client_id, row in found.items()
        } == now
