"""A bank's statement comes in once, row by row, and balances follow."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from community.clients import identities
from kernel import clock, database, sealing
from kernel.errors import Refused
from loyalty.assets import history, importing, linking
from loyalty.assets.models import Account, ImportRefusal, ImportRun, Movement
from staff.models import Staff
from tests import exporting
from tests.loyalty import files

pytestmark = pytest.mark.usefixtures("db")


def berka_rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(gzip.decompress(files.SLICE.read_bytes()).decode()), delimiter=";"))


def chained_closings(rows: list[list[str]]) -> dict[tuple[str, date], int]:
    """Independent reference: each day's closing is the balance on which no other row of that day builds."""
    days: dict[tuple[str, date], list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        amount = round(float(row[5]) * 100) * (1 if row[3] == "PRIJEM" else -1)
        balance = round(float(row[6]) * 100)
        day = date(1900 + int(row[2][:2]), int(row[2][2:4]), int(row[2][4:]))
        days[row[1], day].append((balance - amount, balance))
    closing = {}
    for key, moves in days.items():
        ends = [
            balance
            for place, (_, balance) in enumerate(moves)
            if all(abs(before - balance) > 10 for other, (before, _) in enumerate(moves) if other != place)
        ]
        closing[key] = ends[-1] if ends else moves[-1][1]
    return closing


async def daily_balances() -> dict[tuple[str, date], int]:
    numbers = {
        account.id: sealing.unseal(
            bytes(account.number_sealed), table="account", column="number_sealed", row=account.id
        )
        for account in await Account.all()
    }
    rows = await database.fetch("SELECT account_id, day, balance_fen FROM account_day")
    return {(numbers[row["account_id"]], row["day"]): row["balance_fen"] for row in rows}


async def test_every_row_of_a_real_statement_is_accepted_and_each_day_closes_as_the_file_says() -> None:
    rows = berka_rows()[1:]
    run = await importing.import_file(files.SLICE, "berka", "statement")
    assert (run.rows_total, run.rows_accepted, run.rows_refused) == (len(rows), len(rows), 0)
    assert run.figures["accounts_new"] == 40
    balances, closings = await daily_balances(), chained_closings(rows)
    assert {key: balances[key] for key in closings} == closings
    last_day = max(day for _, day in closings)
    for account in {account for account, _ in closings}:
        final = max(day for number, day in closings if number == account)
        first = min(day for number, day in closings if number == account)
        assert balances[account, last_day] == closings[account, final], "carried forward to the feed's last day"
        assert sum(number == account for number, _ in balances) == (last_day - first).days + 1, "every day is there"


async def test_a_second_import_of_the_same_file_changes_nothing() -> None:
    await importing.import_file(files.SLICE, "berka", "statement")
    before = await database.fetch("SELECT * FROM movement ORDER BY id"), await daily_balances()
    run = await importing.import_file(files.SLICE, "berka", "statement")
    assert (run.rows_accepted, run.rows_unchanged, run.rows_refused) == (0, run.rows_total, 0)
    assert (await database.fetch("SELECT * FROM movement ORDER BY id"), await daily_balances()) == before
    assert await Account.all().count() == 40


async def test_five_broken_rows_give_five_reasons_and_the_rest_is_imported(tmp_path: Path) -> None:
    rows = berka_rows()
    good = len(rows) - 1
    broken = [
        ["9000001", rows[1][1], "930230", "PRIJEM", "VKLAD", "1.00", "1.00", "", "", ""],
        ["9000002", rows[1][1], "930301", "PRIJEM", "VKLAD", "12 Kc", "1.00", "", "", ""],
        ["9000003", "2.378E+15", "930301", "PRIJEM", "VKLAD", "1.00", "1.00", "", "", ""],
        ["9000004", rows[1][1], "930301", "STORNO", "VKLAD", "1.00", "1.00", "", "", ""],
        list(rows[5]),
    ]
    path = files.write_csv(tmp_path / "planted.csv", [*rows, *broken], delimiter=";")
    run = await importing.import_file(path, "berka", "statement")
    assert (run.rows_accepted, run.rows_refused) == (good, 5)
    reasons = await ImportRefusal.filter(run_id=run.id).order_by("row_number").values_list("code", flat=True)
    assert reasons == ["date.invalid", "amount.not_a_number", "account.scientific", "sign.unknown", "row.duplicate"]
    page = await history.refusals(run.id, Staff(reach="bank"))
    assert [entry.row_number for entry in page.refusals] == [len(rows) + place for place in range(1, 6)]
    again = await importing.import_file(path, "berka", "statement")
    assert (again.rows_accepted, again.rows_unchanged, again.rows_refused) == (0, good, 5)


async def test_refused_rows_come_back_as_a_file_that_is_safe_to_open_and_can_be_mended(tmp_path: Path) -> None:
    table = files.statement("R1 6222000000000001 C1 2026-11-31 跨行转入 100.00 100.00")
    table += [["R2", "6222000000000001", "C1", "2026-11-02", "=HYPERLINK(1)", "5.00", "", "105.00", "活期"]]
    person = await Staff.create(login="li", name="李", role="administrator", reach="bank")
    run = await importing.import_file(files.write_csv(tmp_path / "a.csv", table), "haiyue", "statement", by=person)
    content = (await exporting.taken("import_refused", {"run": run.id}, person)).decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(content)))
    back = [lines[0][:-1], *lines[1:]]
    assert back[0] == ["未导入原因", *files.STATEMENT]
    assert back[1][0].startswith("第 2 行：日期不存在")
    assert back[2][5].strip() == "'=HYPERLINK(1)"
    sealed = await database.fetch("SELECT row_sealed FROM import_refusal")
    assert all(b"6222000000000001" not in bytes(row["row_sealed"]) for row in sealed)
    back[1][4], back[2][5] = "2026-11-01", "跨行转入"
    mended = files.write_csv(tmp_path / "mended.csv", back, encoding="utf-8-sig")
    assert (await importing.import_file(mended, "haiyue", "statement")).rows_accepted == 2


async def test_a_trial_run_counts_and_writes_nothing(tmp_path: Path) -> None:
    checked = await importing.check_file(files.SLICE, "berka", "statement")
    assert (checked.rows_new, checked.rows_unchanged, checked.rows_refused) == (checked.rows_total, 0, 0)
    for table in ("import_run", "account", "movement", "account_day", "import_refusal"):
        assert await database.fetch_value(f"SELECT count(*) FROM {table}") == 0
    path = files.write_csv(tmp_path / "b.csv", files.statement("R1 6222000000000001 C1 1926-01-01 其他 1 1"))
    checked = await importing.check_file(path, "haiyue", "statement")
    assert [(one.row_number, one.code) for one in checked.refusals] == [(2, "date.too_early")]


async def test_a_booked_row_that_comes_back_with_other_content_is_refused(tmp_path: Path) -> None:
    first = files.statement("R1 6222000000000001 C1 2026-10-01 跨行转入 100.00 100.00")
    await importing.import_file(files.write_csv(tmp_path / "a.csv", first), "haiyue", "statement")
    other = files.statement("R1 6222000000000001 C1 2026-10-01 跨行转入 900.00 900.00")
    run = await importing.import_file(files.write_csv(tmp_path / "b.csv", other), "haiyue", "statement")
    assert (run.rows_accepted, run.rows_refused) == (0, 1)
    assert (await ImportRefusal.get(run_id=run.id)).code == "row.conflict"
    assert (await Movement.get()).amount_fen == 100_00


async def test_a_later_file_touches_its_accounts_and_carries_the_others_forward(tmp_path: Path) -> None:
    first = files.statement(
        "R1 6222000000000001 C1 2026-10-01 跨行转入 1,000.00 1,000.00",
        "R2 6222000000000002 C1 2026-10-02 跨行转入 50.00 50.00",
    )
    await importing.import_file(files.write_csv(tmp_path / "a.csv", first), "haiyue", "statement")
    later = files.statement("R3 6222000000000001 C1 2026-10-05 跨行转出 -400.00 600.00")
    run = await importing.import_file(files.write_csv(tmp_path / "b.csv", later), "haiyue", "statement")
    assert (run.figures["accounts_touched"], run.figures["continuity_breaks"]) == (1, 0)
    balances = await daily_balances()
    start = date(2026, 10, 1)
    one = [balances[("6222000000000001", start + timedelta(days=day))] for day in range(5)]
    two = [balances[("6222000000000002", start + timedelta(days=day))] for day in range(1, 5)]
    assert one == [1000_00, 1000_00, 1000_00, 1000_00, 600_00]
    assert two == [50_00] * 4


async def test_a_gap_between_balances_is_counted(tmp_path: Path) -> None:
    table = files.statement(
        "R1 6222000000000001 C1 2026-10-01 跨行转入 1000.00 1000.00",
        "R2 6222000000000001 C1 2026-10-03 跨行转出 -100.00 700.00",
    )
    run = await importing.import_file(files.write_csv(tmp_path / "a.csv", table), "haiyue", "statement")
    assert run.figures["continuity_breaks"] == 1


async def test_clients_then_statement_in_gbk_gives_each_client_the_sum_of_the_accounts(tmp_path: Path) -> None:
    clients = [files.CLIENTS, ["C1", "张三", "13800000001", "男", "", "", "是"]]
    await importing.import_file(files.write_csv(tmp_path / "c.csv", clients, encoding="gbk"), "haiyue", "clients")
    table = files.statement(
        "R1 6222000000000001 C1 2026-10-01 跨行转入 1000.00 1000.00 活期",
        "R2 6222000000000002 C1 2026-10-02 购买产品 500.00 500.00 理财",
        "R3 6222000000000003 C9 2026-10-02 跨行转入 1.00 1.00 活期",
    )
    path = files.write_csv(tmp_path / "s.csv.gz", table, encoding="gbk")
    run = await importing.import_file(path, "haiyue", "statement")
    assert run.figures["accounts_without_client"] == 1
    days = await database.fetch("SELECT day, total_fen, deposit_fen FROM client_day ORDER BY day")
    assert [tuple(row.values()) for row in days] == [
        (date(2026, 10, 1), 1000_00, 1000_00),
        (date(2026, 10, 2), 1500_00, 1000_00),
    ]
    kinds = dict(await Movement.all().values_list("bank_ref", "is_external"))
    assert kinds == {"R1": True, "R2": False, "R3": True}


async def test_an_account_without_client_can_be_linked_and_moved(tmp_path: Path) -> None:
    clients = [files.CLIENTS, *[[f"C{n}", f"客户{n}", "", "", "", "", ""] for n in (1, 2)]]
    await importing.import_file(files.write_csv(tmp_path / "c.csv", clients), "haiyue", "clients")
    one, two = [row["id"] for row in await database.fetch("SELECT id FROM client ORDER BY id")]
    await importing.import_file(files.SLICE, "berka", "statement")
    number = berka_rows()[1][1]
    assert await linking.link_many("berka", [(number, one), ("no-such", two)]) == 1
    owned = await database.fetch_value("SELECT count(*) FROM client_day WHERE client_id = $1", one)
    assert owned > 300
    await linking.link_many("berka", [(number, two)])
    assert await database.fetch_value("SELECT count(*) FROM client_day WHERE client_id = $1", one) == 0
    assert await database.fetch_value("SELECT count(*) FROM client_day WHERE client_id = $1", two) == owned


async def test_account_numbers_are_nowhere_in_the_clear(tmp_path: Path) -> None:
    table = files.statement("R1 6222000000000001 C1 2026-10-01 跨行转入 10 10")
    await importing.import_file(files.write_csv(tmp_path / "a.csv", table), "haiyue", "statement")
    account = await Account.get()
    assert account.tail == "0001"
    for name in await database.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
        rows = await database.fetch(f'SELECT t::text AS content FROM "{name["tablename"]}" t')
        assert not [row for row in rows if "6222000000000001" in row["content"]]


async def test_a_file_that_can_not_be_used_leaves_a_failed_run_and_nothing_else(tmp_path: Path) -> None:
    path = files.write_csv(tmp_path / "a.csv", [["流水号", "账号"], ["1", "2"]])
    with pytest.raises(Refused) as refused:
        await importing.import_file(path, "haiyue", "statement")
    assert refused.value.code == "import.missing_column"
    run = await ImportRun.get()
    assert (run.state, run.problem) == ("failed", refused.value.message)
    assert [entry.id for entry in (await history.runs(Staff(reach="bank"))).runs] == [run.id]
    assert Counter(await Account.all().values_list("id", flat=True)) == Counter()


async def test_the_same_file_twice_at_once_is_booked_once() -> None:
    runs = await asyncio.gather(*(importing.import_file(files.SLICE, "berka", "statement") for _ in range(2)))
    assert sorted(run.rows_accepted for run in runs) == [0, runs[0].rows_total]
    assert await Movement.all().count() == runs[0].rows_total


async def test_a_run_whose_process_died_is_closed_after_hours() -> None:
    fields = {"kind": "statement", "bank": "berka", "file_name": "a", "file_sha256": "", "state": "importing"}
    old = await ImportRun.create(**fields, created_at=clock.now() - timedelta(hours=7))
    young = await ImportRun.create(**fields)
    assert await importing.close_abandoned() == 1
    assert [(await ImportRun.get(id=run.id)).state for run in (old, young)] == ["failed", "importing"]


async def test_merged_clients_have_the_sum_of_both_holdings(tmp_path: Path) -> None:
    clients = [files.CLIENTS, *[[f"C{n}", f"客户{n}", "", "", "", "", ""] for n in (1, 2)]]
    await importing.import_file(files.write_csv(tmp_path / "c.csv", clients), "haiyue", "clients")
    table = files.statement("R1 622201 C1 2026-10-01 跨行转入 10 10", "R2 622202 C2 2026-10-01 跨行转入 5 5")
    await importing.import_file(files.write_csv(tmp_path / "s.csv", table), "haiyue", "statement")
    keep, gone = [row["id"] for row in await database.fetch("SELECT id FROM client ORDER BY id")]
    await identities.merge(keep, gone)
    await linking.follow_merges()
    days = await database.fetch("SELECT client_id, total_fen FROM client_day")
    assert [tuple(row.values()) for row in days] == [(keep, 15_00)]
    assert await linking.follow_merges() == 0
