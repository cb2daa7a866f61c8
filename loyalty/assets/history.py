"""What was imported so far, newest first, and which rows of a run were refused; by pages."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.queryset import QuerySet

from kernel.errors import NotFound
from loyalty.assets.models import ImportRefusal, ImportRun

PAGE = 50


@dataclass(frozen=True)
class RunPage:
    """Runs with the member of staff who started them, and how many there are in all."""

    runs: list[ImportRun]
    total: int


@dataclass(frozen=True)
class RefusalPage:
    """A run, one page of its refusals, and how many there are in all."""

    run: ImportRun
    refusals: list[ImportRefusal]
    total: int


async def runs(page: int = 1, *, kind: str = "", branch_id: int | None = None, size: int = PAGE) -> RunPage:
    """Imports, newest first; `kind` clients or statement narrows, `branch_id` to those of its people."""
    query = _within(branch_id).filter(kind=kind) if kind else _within(branch_id)
    found = await query.order_by("-id").offset((max(page, 1) - 1) * size).limit(size).select_related("by")
    return RunPage(found, await query.count())


async def run(run_id: int, *, branch_id: int | None = None) -> ImportRun:
    """One import. NotFound when there is none, or when somebody of another branch than `branch_id` made it."""
    found = await _within(branch_id).select_related("by").get_or_none(id=run_id)
    if found is None:
        raise NotFound("没有这次导入")
    return found


async def refusals(run_id: int, page: int = 1, *, branch_id: int | None = None, size: int = PAGE) -> RefusalPage:
    """The refused rows of a run in file order; the rows themselves stay sealed (see `refusals.refusals_csv`)."""
    made = await run(run_id, branch_id=branch_id)
    query = ImportRefusal.filter(run_id=run_id)
    found = await query.order_by("row_number", "id").offset((max(page, 1) - 1) * size).limit(size)
    return RefusalPage(made, found, await query.count())


def _within(branch_id: int | None) -> QuerySet[ImportRun]:
    return ImportRun.all() if branch_id is None else ImportRun.filter(by__branch_id=branch_id)
