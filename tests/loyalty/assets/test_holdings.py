"""Balances of several feeds go together, a day closes however many rows it has, and like rows are told apart."""

from __future__ import annotations

import asyncio
import random
import time
from datetime import date
from pathlib import Path

import pytest

from community.clients import identities
from community.clients.models import Client
from kernel import database
from kernel.errors import Refused
from loyalty.assets import holdings, importing
from loyalty.assets.models import ImportRun, Movement
from loyalty.metrics import following
from loyalty.metrics.models import Outflow
from loyalty.tiers import policies, review
from tests.loyalty import banks, files

pytestmark = pytest.mark.usefixtures("db")
OCTOBER = date(2026, 10, 1)


@pytest.fixture
async def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Client:
    """One client of two banks' files: cards come from the second one."""
    folder = tmp_path / "mappings"
    folder.mkdir()
    banks.add(monkeypatch, folder, "cards", {})
    made = await Client.create(source="test")
    for bank in ("haiyue", "cards"):
        await identities.link_bank_number(made.id, bank, "C1")
    return made


async def take_in(tmp_path: Path, bank: str, *rows: str) -> ImportRun:
    return await importing.import_file(files.write_csv(tmp_path / "s.csv", files.statement(*rows)), bank, "statement")


async def sums() -> dict[str, int]:
    rows = await database.fetch("SELECT day, total_fen FROM client_day ORDER BY day")
    return {f"{row['day']:%m-%d}": row["total_fen"] // 100 for row in rows}


async def test_the_money_of_a_feed_whose_file_comes_later_stays_in_the_sum(client: Client, tmp_path: Path) -> None:
    await take_in(tmp_path, "cards", "K1 622201 C1 2026-10-01 跨行转入 500 500")
    await take_in(
        tmp_path, "haiyue",
        "R1 622202 C1 2026-10-01 跨行转入 1000 1000", "R2 622202 C1 2026-10-04 跨行转入 10 1010",
    )  # fmt: skip
    assert await sums() == {"10-01": 1500, "10-02": 1500, "10-03": 1500, "10-04": 1510}
    run = await take_in(tmp_path, "cards", "K2 622201 C1 2026-10-03 跨行转出 -200 300")
    assert run.figures["last_day"] == "2026-10-03"
    assert await sums() == {"10-01": 1500, "10-02": 1500, "10-03": 1300, "10-04": 1310}


async def test_files_of_two_banks_at_once_carry_each_others_accounts_once(client: Client, tmp_path: Path) -> None:
    for bank, account in (("cards", "622201"), ("haiyue", "622202")):
        await take_in(tmp_path, bank, f"A {account} C1 2026-10-01 跨行转入 100 100")
    paths = [
        (bank, files.write_csv(tmp_path / f"{bank}.csv", files.statement(f"B {account} C1 {day} 跨行转入 1 101")))
        for bank, account, day in (("cards", "622201", "2026-10-05"), ("haiyue", "622202", "2026-10-09"))
    ]
    await asyncio.gather(*(importing.import_file(path, bank, "statement") for bank, path in paths))
    found = await sums()
    assert [found[f"10-0{day}"] for day in (1, 4, 5, 8, 9)] == [200, 200, 201, 201, 202]


async def test_a_feed_that_ended_long_ago_is_not_carried_on(client: Client, tmp_path: Path) -> None:
    await take_in(tmp_path, "cards", "K1 622201 C1 2026-01-01 跨行转入 500 500")
    await take_in(tmp_path, "haiyue", "R1 622202 C1 2026-10-01 跨行转入 1000 1000")
    assert await sums() == {"01-01": 500, "10-01": 1000}
    assert await holdings.settled_until() == OCTOBER
    await take_in(tmp_path, "cards", "K2 622201 C1 2026-01-03 跨行转入 1 501")
    assert await sums() == {"01-01": 500, "01-02": 500, "01-03": 501, "10-01": 1000}


async def test_a_month_waits_for_every_feed_that_goes_on(client: Client, tmp_path: Path) -> None:
    await policies.load_preset("cmb", OCTOBER)
    await take_in(tmp_path, "cards", "K1 622201 C1 2026-10-20 跨行转入 500 500")
    await take_in(tmp_path, "haiyue", "R1 622202 C1 2026-11-02 跨行转入 1000 1000")
    assert await review.review_due() == []
    with pytest.raises(Refused) as refused:
        await review.review_month(OCTOBER)
    assert refused.value.code == "tiers.month_incomplete"
    await take_in(tmp_path, "cards", "K2 622201 C1 2026-10-31 跨行转入 1 501")
    assert [done.month for done in await review.review_due()] == [OCTOBER]


async def test_the_level_after_an_outflow_is_kept_once_its_own_feed_has_spoken(client: Client, tmp_path: Path) -> None:
    await take_in(
        tmp_path, "cards",
        "K1 622201 C1 2026-10-01 跨行转入 100000 100000", "K2 622201 C1 2026-10-08 跨行转出 -90000 10000",
    )  # fmt: skip
    await take_in(tmp_path, "haiyue", "R1 622202 C9 2026-10-20 跨行转入 1000 1000")
    await following.follow_newest()
    assert (await Outflow.get()).base_fen is None
    await take_in(tmp_path, "cards", "K3 622201 C1 2026-10-11 跨行转入 30000 40000")
    await following.follow_newest()
    assert (await Outflow.get()).base_fen == 20_000_00


async def test_a_round_trip_on_one_day_counts_twice_where_the_bank_gives_no_references(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    banks.add(monkeypatch, folder, "plain", {'reference = "流水号"\n': ""})
    monkeypatch.setattr(importing, "CHUNK", 3)
    trip = ["- 622201 C1 2026-10-01 跨行转入 100 100", "- 622201 C1 2026-10-01 跨行转出 -100 0"]
    run = await take_in(tmp_path, "plain", *trip, *trip, *trip)
    assert (run.rows_accepted, run.rows_refused) == (6, 0)
    again = await take_in(tmp_path, "plain", *trip, *trip, *trip)
    assert (again.rows_accepted, again.rows_unchanged, again.rows_refused) == (0, 6, 0)
    longer = await take_in(tmp_path, "plain", *trip, *trip, *trip, "- 622201 C1 2026-10-02 跨行转入 100 100")
    assert (longer.rows_accepted, longer.rows_unchanged) == (1, 6)
    assert len(set(await Movement.all().values_list("bank_ref", flat=True))) == 7


async def test_a_day_of_very_many_rows_closes_by_its_balances_in_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mappings"
    folder.mkdir()
    banks.add(monkeypatch, folder, "busy", {'day_order = "file"': 'day_order = "balances"'})
    rng, balance, rows = random.Random(7), 0, []
    for place in range(20_000):
        # half of them go to and fro between two balances: like meets like, thousands of times
        amount = (1 if place % 2 else -1) * 100 if place < 10_000 else rng.randrange(1, 10**6)
        balance += amount
        rows.append(f"B{place} 622201 C1 2026-10-01 跨行转入 {amount} {balance}")
    rng.shuffle(rows)
    started = time.monotonic()
    run = await take_in(tmp_path, "busy", *rows)
    assert run.rows_accepted == len(rows)
    assert time.monotonic() - started < 15
    assert await database.fetch_value("SELECT balance_fen FROM account_day") == balance * 100
