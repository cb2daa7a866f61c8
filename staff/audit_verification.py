"""Verifying the audit in the database: at the operator's command, or asked for on the page, as a task with progress."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from datetime import datetime
from typing import Any, NamedTuple

from kernel import clock, database, logs
from staff import audit, audit_chain, audit_heads, permissions
from staff.audit_mac import Entry
from staff.audit_verifying import Link, Unlinked, Verdict, Walk
from staff.models import AuditCheck, Staff

PAGE = 20_000
# one look-up by key for each link: a join may read the whole table anew for each page, and a million rows have fifty
_LINKS = f"""
SELECT l.position, l.entry_id, l.hash, {audit_chain.COLUMNS} FROM (
  SELECT position, entry_id, hash FROM audit_link WHERE position > $1 ORDER BY position LIMIT {PAGE}) l
LEFT JOIN LATERAL (SELECT * FROM audit_entry one WHERE one.id = l.entry_id LIMIT 1) e ON TRUE ORDER BY l.position
"""  # noqa: S608  # our own constants
_UNLINKED = f"""
SELECT coalesce(e.id, w.entry_id) AS number, w.id IS NOT NULL AS waits, {audit_chain.COLUMNS}
FROM audit_entry e FULL JOIN audit_waiting w ON w.entry_id = e.id
WHERE NOT EXISTS (SELECT FROM audit_link l WHERE l.entry_id = coalesce(e.id, w.entry_id)) ORDER BY 1 LIMIT {PAGE}
"""  # noqa: S608  # our own constants
_STATE = """
SELECT coalesce(max(position), 0) AS links, max(created_at) AS linked_at,
  (SELECT count(*) FROM audit_waiting) AS waiting FROM (
    SELECT position, created_at FROM audit_link ORDER BY position DESC LIMIT 1) newest
"""
_log = logs.get(__name__)

Tell = Callable[[int], Awaitable[None]]


async def verify(tell: Tell | None = None) -> Verdict:
    """Go over everything, in bounded memory; `tell` hears after each page how many links were looked at."""
    where = audit_heads.path()
    has_file = where.exists()
    walk = Walk(audit_heads.read(where) if has_file else iter(()))
    async with contextlib.aclosing(_links()) as pages:
        async for page in pages:
            # beside the loop, so that the database reads the next page meanwhile
            if await asyncio.to_thread(walk.links, page):
                break
            if tell is not None:
                await tell(page[-1].position)
    # one statement sees an entry either waiting or linked, never between
    walk.unlinked(_unlinked(row) for row in await database.fetch(_UNLINKED))
    return walk.end(has_file=has_file)


async def ask(by: Staff) -> AuditCheck:
    """Ask for a verification; one that still runs is given back instead. The caller wakes the task."""
    permissions.require(by, "audit.verify")
    async with database.transaction():
        await database.fetch("SELECT pg_advisory_xact_lock(hashtextextended('staff.audit_check', 0))")
        running = await AuditCheck.filter(state="running").order_by("-id").first()
        if running is not None and (clock.now() - running.created_at).total_seconds() < 3600:
            return running
        await AuditCheck.filter(state="running").update(state="failed", finished_at=clock.now())
        position, _hash = await audit_chain.reached()
        check = await AuditCheck.create(asked_by=by, total=position)
        await audit.record(by, "audit.check_asked", "audit_check", check.id)
    return check


async def run(check_id: int) -> None:
    """The verification itself, its progress and its outcome kept; does nothing when it is over."""
    check = await AuditCheck.get_or_none(id=check_id, state="running")
    if check is None:
        return

    async def tell(done: int) -> None:
        await AuditCheck.filter(id=check_id).update(done=done)

    try:
        await audit_chain.link()
        verdict = await verify(tell)
    except Exception:
        _log.exception("audit.check_failed", check=check_id)
        await AuditCheck.filter(id=check_id).update(state="failed", finished_at=clock.now())
        return
    state = "broken" if verdict.broken else "sound"
    async with database.transaction():
        facts = verdict.as_facts()
        await AuditCheck.filter(id=check_id).update(
            state=state, done=verdict.links, finding=facts, finished_at=clock.now()
        )
        await audit.record(None, "audit.checked", "audit_check", check_id, outcome=state)


class State(NamedTuple):
    """How far the chain goes: entries linked, entries that wait, and when the last was linked."""

    links: int
    waiting: int
    linked_at: datetime | None


async def state() -> State:
    """The state of the chain at this moment, without verifying it."""
    row = await database.fetch_one(_STATE)
    assert row is not None
    return State(**row)


async def latest() -> AuditCheck | None:
    """The last verification that was asked for."""
    return await AuditCheck.all().order_by("-id").prefetch_related("asked_by").first()


async def _links() -> AsyncGenerator[list[Link], None]:
    following = asyncio.create_task(database.fetch(_LINKS, 0))
    try:
        while rows := await following:
            following = asyncio.create_task(database.fetch(_LINKS, rows[-1]["position"]))
            yield [_link(list(row.values())) for row in rows]
    finally:
        following.cancel()


def _link(values: list[Any]) -> Link:
    entry = Entry(*values[3:]) if values[3] is not None else None
    return Link(values[0], values[1], values[2], entry)


def _unlinked(row: database.Row) -> Unlinked:
    values = list(row.values())
    return Unlinked(row["number"], Entry(*values[2:]) if row["id"] is not None else None, row["waits"])
