"""The whole public statement of a real bank through the import page: every row, every closing balance, no row twice."""

from __future__ import annotations

import csv
import gzip
import io
import os
import re
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests.flows import bank
from tests.flows.instances import Instance
from tests.flows.visiting import Page, Visitor

FILE = Path(os.environ.get("HUILIU_BERKA", ""))
ROWS = 49_101
SECONDS, MEGABYTES = 20, 400
TOLERANCE_FEN = 10
pytestmark = [
    pytest.mark.prove,
    pytest.mark.timeout(300),
    pytest.mark.skipif(not FILE.is_file(), reason="set HUILIU_BERKA to the path of trans.asc.gz (Berka data)"),
]


async def test_every_row_comes_in_once_and_five_broken_ones_say_why(instance: Instance) -> None:
    original = FILE.read_bytes()
    rows = list(csv.reader(io.StringIO(gzip.decompress(original).decode()), delimiter=";"))
    async with bank.at_work(instance, "lin.yue") as (marketing,):
        done = await timed(instance, marketing, "planted.csv.gz", planted(rows))
        assert f"{ROWS:,} 行已写入" in done.words()
        assert "5 行被拒绝" in done.words()
        reasons = re.findall(r'data-label="问题">([^<]+)<', done.text)
        assert len(set(reasons)) == 5, reasons
        before = await checksum(instance)
        again = await timed(instance, marketing, "trans.asc.gz", original)
        assert f"0 行已写入 新增或有变化 {ROWS:,} 行没有变化" in again.words()
        assert await checksum(instance) == before
    sql = "SELECT DISTINCT ON (account_id) balance_fen FROM account_day ORDER BY account_id, day DESC"
    found = sorted(row["balance_fen"] for row in await instance.rows(sql))
    assert found == sorted(closings(rows[1:]).values())


async def timed(instance: Instance, visitor: Visitor, name: str, content: bytes) -> Page:
    """Try and import; the import alone is measured."""
    page = await visitor.open("/imports")
    checked = await visitor.upload(page, "/imports/check", name, content, format="berka:statement")
    assert checked.status == 200, checked.words()[:600]
    began = time.monotonic()
    done = await visitor.send(checked, "/imports")
    seconds = time.monotonic() - began
    status = Path(f"/proc/{instance.run.child('web').pid}/status").read_text(encoding="utf-8")
    peak = int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1024
    print(f"\n{name}: {seconds:.1f} s, peak of the web process {peak:.0f} MB")
    assert seconds < SECONDS
    assert peak < MEGABYTES
    return done


def planted(rows: list[list[str]]) -> bytes:
    """The file with five rows that can't be, each in its own way."""
    first = rows[1]
    broken = [
        ["9000001", first[1], "930230", "PRIJEM", "VKLAD", "1.00", "1.00", "", "", ""],
        ["9000002", first[1], "930301", "PRIJEM", "VKLAD", "12 Kc", "1.00", "", "", ""],
        ["9000003", "2.378E+15", "930301", "PRIJEM", "VKLAD", "1.00", "1.00", "", "", ""],
        ["9000004", first[1], "930301", "STORNO", "VKLAD", "1.00", "1.00", "", "", ""],
        list(rows[5]),
    ]
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows([*rows, *broken])
    return gzip.compress(out.getvalue().encode())


def closings(rows: list[list[str]]) -> dict[str, int]:
    """Independent reference: an account closes with the balance of its last day on which no other row of it builds."""
    last: dict[str, str] = {}
    for row in rows:
        last[row[1]] = max(last.get(row[1], ""), row[2])
    moves: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        if row[2] == last[row[1]]:
            amount = round(float(row[5]) * 100) * (1 if row[3] == "PRIJEM" else -1)
            moves[row[1]].append((round(float(row[6]) * 100) - amount, round(float(row[6]) * 100)))
    return {account: _end(day) for account, day in moves.items()}


def _end(day: list[tuple[int, int]]) -> int:
    ends = [
        balance
        for place, (_, balance) in enumerate(day)
        if all(abs(before - balance) > TOLERANCE_FEN for other, (before, _) in enumerate(day) if other != place)
    ]
    return ends[-1] if ends else day[-1][1]


async def checksum(instance: Instance) -> tuple[str, str]:
    movements = await instance.value("SELECT md5(string_agg(m::text, '|' ORDER BY m.id)) FROM movement m")
    days = "SELECT md5(string_agg(d::text, '|' ORDER BY d.account_id, d.day)) FROM account_day d"
    return movements, await instance.value(days)
