"""Taking in a bank's file: all good rows in one transaction, each bad row kept with its reason, nothing twice."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from kernel import clock, database, logs
from kernel.database import transaction
from kernel.errors import Refused
from loyalty.assets import client_files, holdings, mapping, reading, refusals, staging, validating
from loyalty.assets.mapping import Mapping
from loyalty.assets.models import ImportRefusal, ImportRun
from loyalty.assets.reading import Row, Table
from loyalty.assets.validating import ClientRow, Refusal, StatementRow
from staff import audit
from staff.models import Staff

CHUNK = 4000
SHOWN = 200
MANY = 1000
ABANDONED = timedelta(hours=6)
BROKEN_OFF = "导入中断，没有写入任何数据，可以重试"

_log = logs.get(__name__)


@dataclass(frozen=True)
class Checked:
    """What an import would do: rows new (or changed), unchanged and refused; the first refusals; figures."""

    rows_total: int
    rows_new: int
    rows_unchanged: int
    rows_refused: int
    refusals: list[ImportRefusal]
    figures: dict[str, Any]


@dataclass
class _Tally:
    total: int = 0
    accepted: int = 0
    unchanged: int = 0
    refused: int = 0
    figures: dict[str, Any] = field(default_factory=dict)


class _OnlyChecking(Exception):
    """Undoes the transaction of a dry run."""


async def import_file(
    path: Path | str, mapping_name: str, kind: str, *, by: Staff | None = None, file_name: str = ""
) -> ImportRun:
    """Take in a file of clients or statement rows; a second import of the same rows changes nothing.

    rows_accepted counts rows that are new or changed something. Refused: the file as a whole can't be used (then the
    run is kept as failed and nothing else is written).
    """
    path, rules = Path(path), mapping.load(mapping_name, kind)
    run = await ImportRun.create(
        kind=kind,
        bank=rules.bank,
        file_name=(file_name or path.name)[:200],
        file_sha256=await asyncio.to_thread(_digest, path),
        state="importing",
        by=by,
    )
    try:
        async with transaction():
            await _finish(run, await _take(path, rules, run.id))
            counted = {"accepted": run.rows_accepted, "refused": run.rows_refused}
            await audit.record(by, "import.taken_in", "import_run", run.id, kind=kind, **counted)
    except BaseException as error:
        problem = error.message if isinstance(error, Refused) else BROKEN_OFF
        async with transaction():
            await ImportRun.filter(id=run.id).update(state="failed", problem=problem, finished_at=clock.now())
            await audit.record(by, "import.failed", "import_run", run.id, kind=kind)
        raise
    if run.rows_accepted >= MANY:
        # whoever reads next (outflows, figures, pages) would be planned for the tables as they were before
        await database.execute_script("ANALYZE movement; ANALYZE account_day; ANALYZE client_day; ANALYZE client")
    _log.info("import.done", run=run.id, rows=run.rows_total, accepted=run.rows_accepted, refused=run.rows_refused)
    return run


async def check_file(path: Path | str, mapping_name: str, kind: str) -> Checked:
    """The same, tried and undone: what would be new, unchanged and refused. Not inside a transaction."""
    path, rules = Path(path), mapping.load(mapping_name, kind)
    checked: list[Checked] = []
    try:
        async with transaction():
            run = await ImportRun.create(kind=kind, bank=rules.bank, file_name=path.name[:200], file_sha256="")
            tally = await _take(path, rules, run.id)
            shown = await ImportRefusal.filter(run_id=run.id).order_by("row_number", "id").limit(SHOWN)
            checked.append(Checked(tally.total, tally.accepted, tally.unchanged, tally.refused, shown, tally.figures))
            raise _OnlyChecking
    except _OnlyChecking:
        return checked[0]


async def close_abandoned() -> int:
    """Mark runs as failed whose process died: nothing of them was written. Returns how many."""
    return await ImportRun.filter(state="importing", created_at__lt=clock.now() - ABANDONED).update(
        state="failed", problem=BROKEN_OFF, finished_at=clock.now()
    )


async def _take(path: Path, rules: Mapping, run_id: int) -> _Tally:
    started = time.monotonic()
    # two files of one bank at once would meet on the same accounts
    await database.fetch("SELECT pg_advisory_xact_lock(hashtextextended('loyalty.assets.' || $1::text, 0))", rules.bank)
    with reading.opened(path, rules) as table:
        tally = _Tally(figures={"columns": list(table.headers)})
        if rules.kind == "statement":
            await _take_statement(table, rules, run_id, tally)
        else:
            await _take_clients(table, rules, run_id, tally)
    tally.figures["seconds"] = round(time.monotonic() - started, 2)
    return tally


async def _take_statement(table: Table, rules: Mapping, run_id: int, tally: _Tally) -> None:
    await holdings.prepare()
    await staging.prepare()
    today, accounts_new, days = clock.today(), 0, list[date]()
    for rows in _chunks(table.rows):
        judged = [validating.statement_row(row, table.headers, rules, today) for row in rows]
        good = [said for said in judged if isinstance(said, StatementRow)]
        taken = await staging.take(rules.bank, run_id, good)
        accounts_new += taken.accounts_new
        days += [day for day in (taken.first_day, taken.final_day) if day]
        await _count(run_id, tally, rows, _refused(judged, rows) | taken.refusals, taken.booked, taken.unchanged)
    fresh = await holdings.refresh(
        rules.bank, by_balances=rules.day_order == "balances", tolerance_fen=rules.balance_tolerance_fen
    )
    tally.figures |= {
        "accounts_new": accounts_new,
        "accounts_touched": fresh.accounts,
        "continuity_breaks": fresh.breaks,
        "booked_from": min(days).isoformat() if days else None,
        "booked_until": max(days).isoformat() if days else None,
        "last_day": fresh.last_day.isoformat() if fresh.last_day else None,
        "accounts_without_client": await database.fetch_value(
            "SELECT count(*) FROM account WHERE bank = $1 AND client_id IS NULL", rules.bank
        ),
    }


async def _take_clients(table: Table, rules: Mapping, run_id: int, tally: _Tally) -> None:
    await client_files.prepare()
    known = await client_files.known()
    for rows in _chunks(table.rows):
        erased = await client_files.turned_away(rules, rows)
        judged = [erased.get(row.number) or validating.client_row(row, table.headers, rules, known) for row in rows]
        good = [said for said in judged if isinstance(said, ClientRow)]
        changed, unchanged, doubled = await client_files.take(rules.bank, good)
        await _count(run_id, tally, rows, _refused(judged, rows) | doubled, changed, unchanged)


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(itertools.islice(rows, CHUNK)):
        yield chunk


def _refused(judged: list[Any], rows: list[Row]) -> dict[int, Refusal]:
    return {row.number: said for said, row in zip(judged, rows, strict=True) if isinstance(said, Refusal)}


async def _count(
    run_id: int, tally: _Tally, rows: list[Row], refused: dict[int, Refusal], accepted: int, unchanged: int
) -> None:
    by_number = {row.number: row for row in rows}
    await refusals.keep(run_id, [(by_number[number], refused[number]) for number in sorted(refused)])
    tally.total += len(rows)
    tally.accepted += accepted
    tally.unchanged += unchanged
    tally.refused += len(refused)


async def _finish(run: ImportRun, tally: _Tally) -> None:
    run.state, run.finished_at = "done", clock.now()
    run.rows_total, run.rows_accepted = tally.total, tally.accepted
    run.rows_unchanged, run.rows_refused = tally.unchanged, tally.refused
    run.figures = tally.figures
    await run.save()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
