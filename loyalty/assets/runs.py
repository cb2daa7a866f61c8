"""Imports that were made: the list, one run, and its refused rows in pages."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kernel import database
from kernel.errors import NotFound
from loyalty.assets.models import ImportRefusal, ImportRun

LINES = """
SELECT r.id, r.kind, r.bank, r.file_name, r.state, r.rows_total, r.rows_accepted, r.rows_unchanged, r.rows_refused,
  r.created_at, r.finished_at, r.problem, s.name AS by_name
FROM import_run r LEFT JOIN staff s ON s.id = r.by_id ORDER BY r.id DESC LIMIT $1 OFFSET $2
"""


class Line(NamedTuple):
    """One import as the list shows it."""

    id: int
    kind: str
    bank: str
    file_name: str
    state: str
    rows_total: int
    rows_accepted: int
    rows_unchanged: int
    rows_refused: int
    created_at: datetime
    finished_at: datetime | None
    problem: str
    by_name: str | None


async def count() -> int:
    """How many imports there were."""
    return await ImportRun.all().count()


async def lines(limit: int, offset: int = 0) -> list[Line]:
    """One page of imports, the newest first."""
    return [Line(**row) for row in await database.fetch(LINES, limit, offset)]


async def one(run_id: int) -> ImportRun:
    """One import; NotFound when there is none of that number."""
    run = await ImportRun.get_or_none(id=run_id).select_related("by")
    if run is None:
        raise NotFound
    return run


async def refused_rows(run_id: int, limit: int, offset: int = 0) -> list[ImportRefusal]:
    """One page of the refused rows, in the order of the file."""
    return await ImportRefusal.filter(run_id=run_id).order_by("row_number", "id").limit(limit).offset(offset)
