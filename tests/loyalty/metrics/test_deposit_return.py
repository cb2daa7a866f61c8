"""The definition of record on worked numbers, and the set-based statements against it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from community.clients.models import Client
from kernel import database
from loyalty.assets.models import Account
from loyalty.metrics import deposit_return, measuring, outflows
from loyalty.metrics.deposit_return import Event, Thresholds
from loyalty.metrics.models import Outflow
from tests.loyalty import balances
from tests.loyalty.balances import WAN

DAY = date(2026, 3, 1)


def days_of(first: date, values: list[int]) -> dict[date, int]:
    return {first + timedelta(days=n): value for n, value in enumerate(values)}


def test_three_readings_of_the_same_events_differ() -> None:
    found = deposit_return.rates([(100, 55), (200, 0), (50, 50), (150, 30)])
    assert found is not None
    assert (found.amount, found.clients, found.mean) == (Fraction(27, 100), Fraction(1, 2), Fraction(4375, 10000))
    assert deposit_return.rates([]) is None


@pytest.mark.parametrize(
    ("lost_wan", "average_wan", "is_outflow"),
    [(5, 10, True), (4.99, 10, False), (5, 17, False), (6, 20, True), (5.99, 20, False), (5, 0, True)],
)
def test_an_outflow_reaches_the_floor_and_the_share(lost_wan: float, average_wan: float, is_outflow: bool) -> None:
    lost, trailing = round(lost_wan * WAN), round(average_wan * WAN) * 30
    assert deposit_return.is_outflow(lost, trailing, 30) is is_outflow


def test_losses_of_a_week_are_netted_and_one_event_is_open_at_a_time() -> None:
    deposits = days_of(DAY - timedelta(days=60), [20 * WAN] * 120)
    flows = {
        DAY: -3 * WAN,
        DAY + timedelta(days=2): -3 * WAN,
        DAY + timedelta(days=4): -9 * WAN,
        DAY + timedelta(days=31): -9 * WAN,
        DAY + timedelta(days=32): -9 * WAN,
    }
    assert deposit_return.notice(flows, deposits) == [
        Event(DAY + timedelta(days=2), 6 * WAN),
        Event(DAY + timedelta(days=32), 18 * WAN),
    ]
    back_within_the_week = {DAY: -9 * WAN, DAY - timedelta(days=3): 6 * WAN}
    assert deposit_return.notice(back_within_the_week, deposits) == []


def test_money_of_one_month_end_day_hardly_counts_as_returned() -> None:
    event = Event(DAY, 7 * WAN)
    low = [13 * WAN] * 30
    stuffed, steady = days_of(DAY + timedelta(days=1), low), days_of(DAY + timedelta(days=1), low)
    stuffed[DAY + timedelta(days=30)] = 20 * WAN
    for n in range(24, 31):
        steady[DAY + timedelta(days=n)] = 90 * WAN
    assert deposit_return.returned_fen(event, stuffed) == 1 * WAN
    assert deposit_return.returned_fen(event, steady) == 7 * WAN
    assert deposit_return.returned_fen(event, days_of(DAY, low)) is None


small = Thresholds(floor_fen=50, share_percent=30, window_days=7, trailing_days=30, open_days=30)


async def book(client: Client, flows: Mapping[date, int], kind: str = "deposit", external: bool = True) -> None:
    account = await Account.create(
        bank="t", number_index=f"{client.id}-{kind}-{external}", number_sealed=b"", tail="0", client=client, kind=kind
    )
    rows = [(account.id, f"{kind}{n}", day, n, amount) for n, (day, amount) in enumerate(flows.items())]
    await database.execute(
        """INSERT INTO movement (account_id, bank_ref, booked_on, seq, amount_fen, balance_fen, is_external)
           SELECT t.*, 0, $6 FROM unnest($1::bigint[], $2::text[], $3::date[], $4::bigint[], $5::bigint[]) t""",
        *([row[n] for row in rows] for n in range(5)),
        external,
    )


people = st.lists(
    st.tuples(
        st.dictionaries(st.integers(0, 89), st.integers(-120, 120).filter(bool), max_size=12),
        st.lists(st.integers(0, 400), min_size=90, max_size=90),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=6,
)


@pytest.mark.usefixtures("db")
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(people)
async def test_the_statements_notice_and_measure_what_the_definition_says(
    given_people: list[tuple[dict[int, int], list[int], int]],
) -> None:
    await database.execute_script("TRUNCATE client, account, outflow CASCADE")
    expected: dict[int, list[Event]] = {}
    by_arm: dict[str, list[tuple[int, int]]] = {"treated": [], "control": []}
    began = DAY + timedelta(days=45)
    pending = 0
    for place, (moves, levels, starts) in enumerate(given_people):
        client = await Client.create()
        flows = {DAY + timedelta(days=n): amount for n, amount in moves.items()}
        known = days_of(DAY + timedelta(days=starts), levels[starts:])
        await balances.fill(client.id, DAY + timedelta(days=starts), levels[starts:])
        await book(client, flows)
        await book(client, {DAY + timedelta(days=50): -10_000}, external=False)
        await book(client, {DAY + timedelta(days=51): -10_000}, kind="wealth")
        expected[client.id] = deposit_return.notice(flows, known, small)
        open_then = [e for e in expected[client.id] if began - timedelta(days=30) < e.on_day <= began]
        for event in open_then[-1:]:
            back = deposit_return.returned_fen(event, known)
            pending += back is None
            if back is not None:
                by_arm["treated" if place % 2 else "control"].append((event.amount_fen, back))
    # in two overlapping passes, as nights do
    await outflows.notice_all(DAY, DAY + timedelta(days=60), small)
    await outflows.notice_all(DAY + timedelta(days=40), DAY + timedelta(days=89), small)
    assert await outflows.notice_all(DAY, DAY + timedelta(days=89), small) == 0
    found: dict[int, list[Event]] = {client_id: [] for client_id in expected}
    for row in await Outflow.all().order_by("client_id", "on_day"):
        found[row.client_id].append(Event(row.on_day, row.amount_fen))
    assert found == expected
    first = min(expected)
    arms = "SELECT id AS client_id, CASE WHEN (id - $1) % 2 = 1 THEN 'treated' ELSE 'control' END AS arm FROM client"
    figures = await measuring.measure(arms, [first], began)
    assert figures.pending == pending
    for arm, pairs in ((figures.treated, by_arm["treated"]), (figures.control, by_arm["control"])):
        rates = deposit_return.rates(pairs)
        assert arm.events == len(pairs)
        assert arm.amount_rate == (float(rates.amount) if rates else None)
        assert arm.client_rate == (float(rates.clients) if rates else None)
        assert arm.mean_ratio == pytest.approx(float(rates.mean) if rates else 0.0)
        assert arm.sums.rr == sum(back * back for _, back in pairs)


@pytest.mark.usefixtures("db")
async def test_the_level_after_the_loss_is_kept_once_three_days_are_known() -> None:
    client = await Client.create()
    await balances.fill(client.id, DAY - timedelta(days=40), [100] * 41 + [10, 20, 31])
    await book(client, {DAY: -90})
    await outflows.notice_all(DAY, DAY, small)
    assert (await Outflow.get()).base_fen == 20
