"""Reading what staff did: filters, page by page from the newest back, each reader within reach."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from kernel import clock, database
from staff import scope
from staff.models import AuditEntry, Staff

BATCH = 2_000
_SEES_ALL = frozenset({"auditor", "reviewer", "administrator"})
_ROWS = """
SELECT e.id, e.created_at, s.name, e.action, e.subject, e.subject_id, e.detail::text AS detail, e.request_id
FROM audit_entry e LEFT JOIN staff s ON s.id = e.staff_id WHERE {conditions} ORDER BY e.id DESC LIMIT {most}
"""


def sees_all(person: Staff) -> bool:
    """Whether this person answers for the whole bank's conduct; everybody else reads about the people within reach."""
    return person.role in _SEES_ALL and person.reach == "bank"


@dataclass(frozen=True)
class Filters:
    """What is looked for; empty means everything. action: the beginning of its name. Days are Shanghai's, inclusive."""

    staff_id: int | None = None
    action: str = ""
    subject: str = ""
    subject_id: int | None = None
    from_on: date | None = None
    until_on: date | None = None
    request_id: str = ""


@dataclass(frozen=True)
class Line:
    """One entry as it is read; detail is JSON text."""

    id: int
    created_at: datetime
    name: str | None
    action: str
    subject: str
    subject_id: int | None
    detail: str
    request_id: str


async def page(person: Staff, filters: Filters, limit: int, before: int | None = None) -> list[AuditEntry]:
    """Up to `limit` entries older than entry `before` (none: from the newest), newest first, with their people."""
    conditions, arguments = _conditions(person, filters, before)
    sql = f"SELECT e.id FROM audit_entry e WHERE {conditions} ORDER BY e.id DESC LIMIT {int(limit)}"  # noqa: S608  # ours
    ids = [row["id"] for row in await database.fetch(sql, *arguments)]
    return await AuditEntry.filter(id__in=ids).order_by("-id").prefetch_related("staff") if ids else []


async def count(person: Staff, filters: Filters, *, most: int | None = None) -> int:
    """How many entries the filters find; counting ends at `most`."""
    conditions, arguments = _conditions(person, filters, None)
    limit = f"LIMIT {int(most)}" if most is not None else ""
    sql = f"SELECT count(*) FROM (SELECT FROM audit_entry e WHERE {conditions} {limit}) found"  # noqa: S608  # ours
    return int(await database.fetch_value(sql, *arguments))


async def every(person: Staff, filters: Filters) -> AsyncIterator[Line]:
    """All that the filters find, newest first, in bounded memory."""
    before: int | None = None
    while True:
        conditions, arguments = _conditions(person, filters, before)
        rows = await database.fetch(_ROWS.format(conditions=conditions, most=BATCH), *arguments)
        for row in rows:
            yield Line(**row)
        if len(rows) < BATCH:
            return
        before = rows[-1]["id"]


def _conditions(person: Staff, filters: Filters, before: int | None) -> tuple[str, list[Any]]:
    # the pieces of SQL are ours; what a person chose travels as arguments
    own = scope.staff(person, alias="w", first=1) if not sees_all(person) else None
    arguments: list[Any] = list(own.arguments) if own else []
    pieces = [f"e.staff_id IN (SELECT w.id FROM staff w WHERE {own.sql})"] if own else ["TRUE"]  # noqa: S608  # scope's
    from_on, until_on = filters.from_on, filters.until_on
    for piece, value in (
        ("e.id < {}::bigint", before),
        ("e.staff_id = {}::bigint", filters.staff_id),
        ("starts_with(e.action, {})", filters.action or None),
        ("e.subject = {}", filters.subject or None),
        ("e.subject_id = {}::bigint", filters.subject_id),
        ("e.created_at >= {}::timestamptz", from_on and clock.day_bounds(from_on)[0]),
        ("e.created_at < {}::timestamptz", until_on and clock.day_bounds(until_on)[1]),
        ("e.request_id = {}", filters.request_id or None),
    ):
        if value is not None:
            arguments.append(value)
            pieces.append(piece.format(f"${len(arguments)}"))
    return " AND ".join(pieces), arguments
