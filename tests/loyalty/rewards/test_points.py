"""Points balance to the last one: every transaction sums to 0, nobody owes by accident, and the journal only grows."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import asyncpg
import pytest
from tortoise.exceptions import BaseORMException

from community.clients import identities
from community.clients.models import Client, TimelineEntry
from kernel import database
from kernel.errors import NotFound, Refused
from loyalty import erasing
from loyalty.rewards import points, points_kinds
from loyalty.rewards.models import PointsBalance, PointsPosting, PointsTransaction

pytestmark = pytest.mark.usefixtures("db")
LONG = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(3600)]
REFUSED = (BaseORMException, asyncpg.PostgresError)


async def test_every_transaction_has_two_sides_and_the_balance_is_their_sum() -> None:
    client = await Client.create()
    await points.post("earned", "e1", client.id, 300, "九月存款")
    await points.post("spent", "s1", client.id, -120)
    assert await points.balance(client.id) == 180
    legs = await PointsPosting.all().order_by("id").values_list("account", "points", "balance_after")
    assert legs == [("client", 300, 300), ("issued", -300, None), ("client", -120, 180), ("redeemed", 120, None)]
    newest, oldest = await points.history(client.id)
    assert (newest.points, newest.balance_after, oldest.kind, oldest.reason) == (-120, 180, "earned", "九月存款")
    kinds = await TimelineEntry.all().order_by("id").values_list("kind", flat=True)
    assert kinds == ["points.earned", "points.spent"]
    checked = await points.reconcile()
    assert (checked.transactions, checked.clients, checked.unbalanced, checked.differing, checked.total) == (
        2,
        1,
        0,
        0,
        0,
    )


async def test_the_same_key_is_posted_once_also_when_the_points_are_gone_by_then() -> None:
    client = await Client.create()
    await points.post("earned", "e1", client.id, 100)
    first = await points.post("spent", "s1", client.id, -100)
    again = await points.post("spent", "s1", client.id, -100)
    assert (first.id, first.is_new, again.id, again.is_new) == (again.id, True, first.id, False)
    assert await points.balance(client.id) == 0
    with pytest.raises(Refused) as refused:
        await points.post("earned", "s1", client.id, 5)
    assert refused.value.code == "points.key_taken"


async def test_nobody_spends_what_is_not_there_but_a_wrong_earning_is_taken_back_in_full() -> None:
    client = await Client.create()
    await points.post("earned", "e1", client.id, 30)
    with pytest.raises(Refused, match="现有 30 分"):
        await points.post("adjusted", "a1", client.id, -31)
    assert (await points.post("taken_back", "t1", client.id, -50)).balance == -20
    with pytest.raises(Refused, match="积分不足"):
        await points.post("spent", "s1", client.id, -1)
    assert (await points.post("earned", "e2", client.id, 5)).balance == -15
    assert (await points.post("earned", "e3", client.id, 20)).balance == 5
    assert (await PointsBalance.get()).may_owe is False


@pytest.mark.parametrize(("kind", "amount"), [("earned", -5), ("spent", 5), ("earned", 0), ("adjusted", 10**13)])
async def test_a_kind_moves_points_its_own_way_only(kind: str, amount: int) -> None:
    client = await Client.create()
    with pytest.raises(Refused):
        await points.post(kind, "k", client.id, amount)
    assert await PointsTransaction.all().count() == 0


async def test_an_unknown_client_has_no_account() -> None:
    with pytest.raises(NotFound):
        await points.post("earned", "e", 999, 5)


async def test_the_last_points_are_spent_by_exactly_one_of_many_at_once() -> None:
    client = await Client.create()
    await points.post("earned", "e", client.id, 300)
    outcomes = await asyncio.gather(
        *(points.post("spent", f"s{n}", client.id, -100) for n in range(12)), return_exceptions=True
    )
    assert Counter(type(one).__name__ for one in outcomes) == {"Posted": 3, "Refused": 9}
    assert await points.balance(client.id) == 0


async def test_a_first_posting_made_many_times_at_once_is_made_once() -> None:
    client = await Client.create()
    made = await asyncio.gather(*(points.post("earned", "e", client.id, 10) for _ in range(8)))
    assert (len({one.id for one in made}), sum(one.is_new for one in made)) == (1, 1)
    assert await points.balance(client.id) == 10


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE points_posting SET points = points + 1",
        "DELETE FROM points_posting",
        "UPDATE points_transaction SET kind = 'spent'",
        "UPDATE points_transaction SET reason = '另一个原因'",
        "DELETE FROM points_transaction",
        "TRUNCATE points_posting, points_transaction",
        "UPDATE points_balance SET balance = -1",
        # legs that don't sum to 0, and a transaction without legs: refused when it is committed
        "INSERT INTO points_posting (transaction_id, account, client_id, points) SELECT id, 'issued', 1, 7"
        " FROM points_transaction",
        "INSERT INTO points_transaction (kind, key) VALUES ('earned', 'alone')",
    ],
)
async def test_the_database_refuses_to_rewrite_or_unbalance_the_journal(statement: str) -> None:
    client = await Client.create()
    await points.post("earned", "e1", client.id, 10)
    with pytest.raises(REFUSED):
        await database.execute(statement)
    checked = await points.reconcile()
    assert (checked.transactions, checked.unbalanced, checked.differing, checked.total) == (1, 0, 0, 0)


async def test_a_balance_that_somebody_touched_is_found() -> None:
    client = await Client.create()
    await points.post("earned", "e1", client.id, 10)
    await database.execute("UPDATE points_balance SET balance = 11")
    assert (await points.reconcile()).differing == 1
    await database.execute("DELETE FROM points_balance")
    assert (await points.reconcile()).differing == 1


async def test_two_clients_who_are_one_have_one_balance_and_later_points_go_there() -> None:
    keep, gone = await Client.create(), await Client.create()
    await points.post("earned", "k", keep.id, 10)
    await points.post("earned", "g", gone.id, 25)
    await identities.merge(keep.id, gone.id)
    assert (await points.balance(keep.id), await points.balance(gone.id)) == (35, 0)
    assert (await points.post("earned", "late", gone.id, 5)).balance == 40
    assert (await points.post("earned", "g", gone.id, 25)).is_new is False
    checked = await points.reconcile()
    assert (checked.unbalanced, checked.differing, checked.total) == (0, 0, 0)


async def test_erasure_keeps_the_books_and_drops_what_people_wrote() -> None:
    client, other = await Client.create(), await Client.create()
    await points.post("adjusted", "a", client.id, 10, "补记张三的积分")
    await points.post("adjusted", "b", other.id, 10, "补记")
    async with database.transaction():
        touched = await erasing.erase([client.id])
    assert touched["points_transaction"] == 1
    assert await PointsTransaction.all().order_by("id").values_list("reason", flat=True) == ["", "补记"]
    assert (await points.reconcile()).total == 0
    with pytest.raises(NotFound):
        await points.post("earned", "late", client.id, 5)


@pytest.mark.parametrize(
    ("rounds", "many"),
    [(400, 12), pytest.param(100_000, 200, marks=LONG)],
)
async def test_random_postings_by_fifty_at_once_always_balance(rounds: int, many: int) -> None:
    dice = random.Random(20261125)
    ids = [(await Client.create()).id for _ in range(many)]
    signs = {kind: rule.sign for kind, rule in points_kinds.KINDS.items() if not rule.may_owe}
    asked = []
    for n in range(rounds):
        kind = dice.choice(list(signs))
        sign = signs[kind] or dice.choice((1, -1))
        # one in ten is a repeat of an earlier one
        again = dice.choice(asked) if asked and dice.random() < 0.1 else None
        asked.append(again or (kind, f"k{n}", dice.choice(ids), sign * dice.randint(1, 400)))
    posted: dict[str, int] = {}
    short = Counter[str]()
    waiting = iter(asked)

    async def worker() -> None:
        for one in waiting:
            try:
                done = await points.post(*one)
            except Refused as refusal:
                short.update([refusal.code])
                continue
            assert done.balance >= 0
            assert posted.setdefault(one[1], done.id) == done.id

    await asyncio.gather(*(worker() for _ in range(50)))
    assert set(short) == {"points.short"}
    assert await PointsTransaction.all().count() == len(posted)
    assert await PointsBalance.filter(balance__lt=0).count() == 0
    checked = await points.reconcile()
    assert (checked.transactions, checked.unbalanced, checked.differing, checked.total) == (len(posted), 0, 0, 0)
    amounts = {key: (client_id, amount) for _kind, key, client_id, amount in asked}
    expected = Counter[int]()
    for key in posted:
        expected[amounts[key][0]] += amounts[key][1]
    assert {row.client_id: row.balance for row in await PointsBalance.all() if row.balance} == {
        client_id: total for client_id, total in expected.items() if total
    }
