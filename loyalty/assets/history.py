"""What was imported so far, newest first, and which rows of a run were refused; by pages."""

from __future__ import annotations

from dataclasses import dataclass

from tortoise.expressions import RawSQL
from tortoise.queryset import QuerySet

from kernel.errors import NotFound
from loyalty.assets.models import ImportRefusal, ImportRun
from staff import scope
from staff.models import Staff

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


async def runs(person: Staff, page: int = 1, *, kind: str = "", size: int = PAGE) -> RunPage:
    """Imports by people within a person's scope, newest first; `kind` clients or statement narrows."""
    query = _within(person).filter(kind=kind) if kind else _within(person)
    found = await query.order_by("-id").offset((max(page, 1) - 1) * size).limit(size).select_related("by")
    return RunPage(found, await query.count())


async def run(run_id: int, person: Staff) -> ImportRun:
    """One import. NotFound when there is none, or when somebody outside the person's scope made it."""
    found = await _within(person).select_related("by").get_or_none(id=run_id)
    if found is None:
        raise NotFound("没有这次导入")
    return found


async def refusals(run_id: int, person: Staff, page: int = 1, *, size: int = PAGE) -> RefusalPage:
    """The refused rows of a run in file order; the rows themselves stay sealed (see `refusals.rows`)."""
    made = await run(run_id, person)
    query = ImportRefusal.filter(run_id=run_id)
    found = await query.order_by("row_number", "id").offset((max(page, 1) - 1) * size).limit(size)
    return RefusalPage(made, found, await query.count())


def _within(person: Staff) -> QuerySet[ImportRun]:
    # the condition is scope's own text, with a number in it
    own = scope.staff(person)
    everybody = ImportRun.all()
    if not own.arguments:
        return everybody
    return everybody.filter(by_id__in=RawSQL(f"(SELECT s.id FROM staff s WHERE {own.literal})"))  # noqa: S608
