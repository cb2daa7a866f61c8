"""How long each kind of data is kept: built-in periods with their basis, changed by a rule with an effective day.

Every package registers its own kinds. The job goes through them in batches; a change is another person's word.
"""

from __future__ import annotations

import zlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from community.privacy.models import RetentionRule, RetentionRun
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import approval_kinds, approvals, audit, permissions
from staff.approval_kinds import Kind as ApprovalKind
from staff.models import Approval, Staff

SUBJECT = "retention"
PERMISSION = "retention.manage"
BATCH = 5000
LONGEST_DAYS = 36_500
Sweep = Callable[[datetime, int], Awaitable[int]]


@dataclass(frozen=True)
class Kind:
    """One kind of data. days: the built-in period, counted from when the row ended; least: what law demands.

    due: counts the rows that ended before $1. sweep: deletes or empties at most $2 of them, and says how many. Both are
    empty for a period that only tells how long something may take (unit: what its days are).
    """

    kind: str
    label: str
    what: str
    days: int
    basis: str
    least: int = 1
    due: str = ""
    sweep: str | Sweep = ""
    unit: str = "天"


@dataclass(frozen=True)
class Rule:
    """What is in force for a kind: the days, since when, and on what basis."""

    kind: str
    days: int
    basis: str
    effective_on: date | None = None


_KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a kind known; at import time, see processes.registrations."""
    _KINDS[kind.kind] = kind
    return kind


def kinds() -> list[Kind]:
    """All kinds that this process knows."""
    return list(_KINDS.values())


def of(kind: str) -> Kind:
    """One kind. NotFound for an unknown one."""
    if kind not in _KINDS:
        raise NotFound()
    return _KINDS[kind]


async def in_force(kind: str, day: date | None = None) -> Rule:
    """The rule of a Shanghai day (today when None); the built-in one when none was ever saved."""
    saved = RetentionRule.filter(kind=kind, effective_on__lte=day or clock.today())
    found = await saved.order_by("-effective_on").first()
    if found is None:
        builtin = of(kind)
        return Rule(kind, builtin.days, builtin.basis)
    return Rule(kind, found.days, found.basis, found.effective_on)


async def due(kind: str) -> int:
    """How many rows the job would delete or empty now; nothing is changed."""
    return int(await database.fetch_value(of(kind).due, await _cutoff(kind))) if of(kind).due else 0


async def last_run(kind: str) -> RetentionRun | None:
    """The newest pass over a kind."""
    return await RetentionRun.filter(kind=kind).order_by("-id").first()


async def sweep_all() -> int:
    """Go through every kind, for the clock; how many rows went or were emptied."""
    return sum([await sweep(one.kind) for one in kinds() if one.sweep])


async def sweep(kind: str) -> int:
    """Delete or empty what is kept too long, batch by batch, each its own transaction; how many rows."""
    rule, cutoff = await in_force(kind), await _cutoff(kind)
    run = await RetentionRun.create(kind=kind, days=rule.days, cutoff_at=cutoff, started_at=clock.now())
    while count := await _batch(of(kind), cutoff):
        run.rows += count
        await run.save(update_fields=["rows"])
    async with database.transaction():
        run.finished_at = clock.now()
        await run.save(update_fields=["finished_at"])
        if run.rows:
            await audit.record(None, "retention.swept", SUBJECT, run.id, kind=kind, rows=run.rows, days=rule.days)
    return run.rows


async def propose(kind: str, days: int, effective_on: date, basis: str, by: Staff) -> Approval:
    """Ask for another person's word on a new period. Refused: shorter than law demands, in the past, no basis."""
    permissions.require(by, PERMISSION)
    builtin = of(kind)
    if not builtin.least <= days <= LONGEST_DAYS:
        raise Refused(f"期限须在 {builtin.least} 到 {LONGEST_DAYS} {builtin.unit}之间", code="retention.days")
    if effective_on < clock.today():
        raise Refused("生效日期不能早于今天", code="retention.past")
    if not basis.strip():
        raise Refused("请写明依据", code="retention.basis")
    before = await in_force(kind, effective_on)
    content = {"kind": kind, "days": days, "effective_on": effective_on.isoformat(), "basis": basis.strip()}
    summary: dict[str, Any] = {
        "title": f"保存期限：{builtin.label}",
        "lines": [
            ["期限", f"{before.days} → {days} {builtin.unit}"],
            ["生效日期", effective_on.isoformat()],
            ["依据", basis.strip()],
        ],
        "content": content,
    }
    return await approvals.ask(SUBJECT, _number(kind), approval_kinds.hash_of(content), summary, by)


async def waiting() -> dict[str, Approval]:
    """Proposed changes that wait for another person's word, by kind."""
    asked = await Approval.filter(subject=SUBJECT, state="waiting").order_by("id")
    return {one.summary["content"]["kind"]: one for one in asked}


async def _apply(asked: Approval, by: Staff) -> None:
    given = asked.summary["content"]
    day = max(date.fromisoformat(given["effective_on"]), clock.today())
    rule, _made = await RetentionRule.update_or_create(
        {"days": given["days"], "basis": given["basis"]}, kind=given["kind"], effective_on=day
    )
    await audit.record(by, "retention.changed", SUBJECT, rule.id, kind=rule.kind, days=rule.days)


async def _cutoff(kind: str) -> datetime:
    return clock.now() - timedelta(days=(await in_force(kind)).days)


async def _batch(kind: Kind, cutoff: datetime) -> int:
    if callable(kind.sweep):
        return await kind.sweep(cutoff, BATCH)
    return await database.execute(kind.sweep, cutoff, BATCH)


def _number(kind: str) -> int:
    return zlib.crc32(kind.encode())


approval_kinds.register(ApprovalKind(SUBJECT, "保存期限", apply=_apply))
