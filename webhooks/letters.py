"""The inbox as staff see it: how many callbacks stand where, and the dead letters, which can be tried again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from kernel import clock, database
from staff.models import Staff
from webhooks import inbox, tasks
from webhooks.examining import examine_again
from webhooks.quarantine import kept
from webhooks.standing import standing
from webhooks.unknown import let_go, listed

__all__ = ["counts", "examine_again", "failed", "kept", "let_go", "listed", "refused", "standing", "try_again"]

COUNTS = """
SELECT state, count(*)::int AS n, min(created_at) AS oldest_at FROM callback
WHERE state <> 'handled' OR created_at >= $1 GROUP BY state
"""
DEAD = """
SELECT id, side, kind, state, attempts, problem, created_at, next_try_at FROM callback
WHERE state IN ('dead', 'failed') ORDER BY state, id DESC LIMIT $1
"""
REFUSED = (
    "SELECT side, reason, sum(count)::int AS n FROM refused_call WHERE day >= $1 GROUP BY side, reason ORDER BY n DESC"
)


class Count(NamedTuple):
    """Callbacks in one state; handled ones count for a day only."""

    state: str
    n: int
    oldest_at: datetime


class Letter(NamedTuple):
    """A callback that failed: dead, or waiting for its next try."""

    id: int
    side: str
    kind: str
    state: str
    attempts: int
    problem: str
    created_at: datetime
    next_try_at: datetime | None


class Refusal(NamedTuple):
    """Calls that were turned away at the door within a week, by reason."""

    side: str
    reason: str
    n: int


async def counts() -> list[Count]:
    """Callbacks by state."""
    return [Count(**row) for row in await database.fetch(COUNTS, clock.now() - timedelta(days=1))]


async def failed(limit: int = 50) -> list[Letter]:
    """Dead letters first, then those that wait for another try; the newest first."""
    return [Letter(**row) for row in await database.fetch(DEAD, limit)]


async def refused() -> list[Refusal]:
    """What was turned away in the last seven days."""
    return [Refusal(**row) for row in await database.fetch(REFUSED, clock.today() - timedelta(days=7))]


async def try_again(ids: Sequence[int], by: Staff) -> int:
    """Give these a fresh start and wake the handling; returns how many."""
    replayed = await inbox.replay(ids, by=by)
    if replayed:
        tasks.handle_callbacks.later(replayed)
    return len(replayed)
