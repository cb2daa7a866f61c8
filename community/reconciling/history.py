"""How the passes went: where each list stands, the past ones, and what one of them found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.reconciling import drift, running
from community.reconciling.models import SCOPES
from kernel import database
from kernel.errors import NotFound

FIELDS = """
r.id, r.scope, r.app, r.is_full, r.state, r.complete, r.started_at, r.finished_at, r.next_at, r.position,
coalesce(jsonb_array_length(r.plan), 0) AS planned, r.seen, r.added, r.removed, r.changed, r.calls, r.troubles,
r.problem, s.name AS asked_by
"""
LATEST = f"""
SELECT DISTINCT ON (r.scope, r.app) {FIELDS} FROM reconcile_run r LEFT JOIN staff s ON s.id = r.asked_by_id
WHERE r.scope = ANY($1::text[]) ORDER BY r.scope, r.app, r.id DESC
"""  # noqa: S608  # a piece of this file
PAST = f"""
SELECT {FIELDS} FROM reconcile_run r LEFT JOIN staff s ON s.id = r.asked_by_id ORDER BY r.id DESC LIMIT $1 OFFSET $2
"""  # noqa: S608  # a piece of this file
ONE = f"""
SELECT {FIELDS} FROM reconcile_run r LEFT JOIN staff s ON s.id = r.asked_by_id WHERE r.id = $1
"""  # noqa: S608  # a piece of this file


@dataclass(frozen=True)
class Story:
    """One pass and what it found; `planned` is how many pieces there are to read, `position` how many are read."""

    id: int
    scope: str
    app: str
    is_full: bool
    state: str
    complete: bool
    started_at: datetime
    finished_at: datetime | None
    next_at: datetime | None
    position: int
    planned: int
    seen: int
    added: int
    removed: int
    changed: int
    calls: int
    troubles: int
    problem: str
    asked_by: str | None
    found: Sequence[dict[str, Any]] = ()

    @property
    def is_under_way(self) -> bool:
        """Whether it still reads, or waits for WeChat."""
        return self.state in ("running", "waiting")

    @property
    def differences(self) -> int:
        """How many things differed."""
        return sum(one["count"] for one in self.found)

    @property
    def open_differences(self) -> int:
        """How many of them still do."""
        return sum(one["count"] - one["mended"] for one in self.found)


async def standing() -> list[tuple[str, str, Story | None]]:
    """(list, account, its newest pass or None) of every list of every account that is in use."""
    newest = {(one.scope, one.app): one for one in await _stories(LATEST, list(SCOPES))}
    return [(scope, app, newest.get((scope, app))) for scope in SCOPES for app in running.apps_of(scope)]


async def past(limit: int, offset: int = 0) -> list[Story]:
    """Past passes, the newest first."""
    return await _stories(PAST, limit, offset)


async def count() -> int:
    """How many passes there were."""
    return int(await database.fetch_value("SELECT count(*) FROM reconcile_run"))


async def one(run_id: int) -> Story:
    """One pass; NotFound when there is none."""
    found = await _stories(ONE, run_id)
    if not found:
        raise NotFound
    return found[0]


async def _stories(sql: str, *arguments: Any) -> list[Story]:
    rows = await database.fetch(sql, *arguments)
    found = await drift.of_runs([row["id"] for row in rows])
    return [Story(**row, found=found[row["id"]]) for row in rows]
