"""How a pass goes: planned, read page by page, each page taken over together with the place where the next begins."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from community.reconciling import pacing
from community.reconciling.models import ReconcileRun
from kernel import clock, crashpoints, database, logs
from wechat.events import Side
from wechat.faults import Blocked, Later, WeChatFault

LEASE = timedelta(minutes=3)
BITE_S = 40.0
"""How long one task works on a pass before it lets others have the worker."""
TROUBLES = 6
"""So often in a row WeChat may be busy before a pass gives up; the next one begins anew."""
LONGEST_PAUSE_S = 600.0
CLAIM = """
UPDATE reconcile_run SET state = 'running', lease_owner = $2, lease_until = $3::timestamptz + $4::interval
WHERE id = $1 AND (state = 'running' AND (lease_until IS NULL OR lease_until < $3)
  OR state = 'waiting' AND coalesce(next_at, $3) <= $3)
RETURNING *
"""
MOVE = """
UPDATE reconcile_run SET position = $3, cursor = $4, seen = seen + $5, added = added + $6, removed = removed + $7,
  changed = changed + $8, calls = calls + $9, mark = coalesce(nullif($10, ''), mark), troubles = 0,
  lease_until = $11::timestamptz + $12::interval
WHERE id = $1 AND state = 'running' AND lease_owner = $2
"""
PLAN = "UPDATE reconcile_run SET plan = $3::jsonb WHERE id = $1 AND state = 'running' AND lease_owner = $2"
REST = """
UPDATE reconcile_run SET state = $3::varchar, next_at = $4, problem = $5, troubles = troubles + $6, lease_owner = '',
  lease_until = NULL, finished_at = CASE WHEN $3::varchar IN ('done', 'failed') THEN $7::timestamptz END,
  complete = $3::varchar = 'done', removed = removed + $8,
  plan = CASE WHEN $3::varchar IN ('done', 'failed') THEN '[]' ELSE plan END
WHERE id = $1 AND state = 'running' AND lease_owner = $2
"""
_log = logs.get(__name__)


class Incomplete(Exception):
    """The pass may not remove anything; the text says why."""


class LostLease(Exception):
    """Another worker goes on with this pass: what this one was doing is rolled back."""


@dataclass(frozen=True, slots=True)
class This:
    """The pass as its kind sees it: later passes have higher numbers, what is newer than its start is left alone."""

    run_id: int
    app: str
    started_at: datetime
    is_full: bool


class Taken(NamedTuple):
    """What one page was to us."""

    seen: int = 0
    added: int = 0
    removed: int = 0
    changed: int = 0
    mark: str = ""


class Kind(Protocol):
    """One of WeChat's lists. Reading asks WeChat and writes nothing, taking writes and asks nothing."""

    SIDE: Side

    async def plan(self, this: This, /) -> list[Any]:
        """What is to be read, in order; Incomplete when WeChat's answer can't be the whole."""

    async def read(self, this: This, item: Any, cursor: str, /) -> tuple[Any, str]:
        """One page of one item, and the cursor of its next page (empty: that was the last)."""

    async def take(self, this: This, found: Any, /) -> Taken:
        """Write one page down; inside a transaction."""

    async def finish(self, this: This, /) -> int:
        """Everything was read without an error: remove what is gone; how many. Incomplete: not believed."""


async def go_on(run_id: int, kind: Kind) -> ReconcileRun | None:
    """Go on with a pass where it stands, for a while; None when somebody else has it or it is over."""
    owner = secrets.token_hex(8)
    row = await database.fetch_one(CLAIM, run_id, owner, clock.now(), LEASE)
    if row is None:
        return None
    this = This(run_id, row["app"], row["started_at"], row["is_full"])
    try:
        if not await _read_on(this, kind, row, owner):
            await _rest(run_id, owner, "waiting", clock.now())
        else:
            removed = await kind.finish(this)
            await _rest(run_id, owner, "done", None, removed=removed)
    except LostLease:
        _log.warning("reconcile.lease_lost", run=run_id)
    except (WeChatFault, Incomplete) as reason:
        await _trouble(row, owner, reason)
    except Exception as error:
        # a fault of ours: begun anew every few minutes it would only happen again
        _log.exception("reconcile.broke", run=run_id, scope=row["scope"])
        await _rest(run_id, owner, "failed", None, problem=f"内部错误 {type(error).__name__}")
    return await ReconcileRun.get(id=run_id)


async def _read_on(this: This, kind: Kind, row: database.Row, owner: str) -> bool:
    began = time.monotonic()
    plan = json.loads(row["plan"]) if row["plan"] is not None else None
    if plan is None:
        plan = await kind.plan(this)
        _must(await database.execute(PLAN, this.run_id, owner, json.dumps(plan)))
    position, cursor = row["position"], row["cursor"]
    while position < len(plan):
        if time.monotonic() - began > BITE_S:
            return False
        await pacing.wait(this.app)
        found, cursor = await kind.read(this, plan[position], cursor)
        position += not cursor
        async with database.transaction():
            taken = await kind.take(this, found)
            await _move(this.run_id, owner, position, cursor, taken)
            crashpoints.pass_by("reconcile.before_commit")
    return True


async def _move(run_id: int, owner: str, position: int, cursor: str, taken: Taken) -> None:
    *counts, mark = taken
    _must(await database.execute(MOVE, run_id, owner, position, cursor, *counts, 1, mark, clock.now(), LEASE))


async def _trouble(row: database.Row, owner: str, reason: WeChatFault | Incomplete) -> None:
    pause = reason.after if isinstance(reason, (Later, Blocked)) else None
    now = await ReconcileRun.get(id=row["id"])
    if pause is None or now.troubles >= TROUBLES:
        _log.warning("reconcile.incomplete", scope=row["scope"], run=row["id"], problem=str(reason))
        await _rest(row["id"], owner, "failed", None, problem=str(reason))
        return
    # busy now, or a quota that comes back: the place is kept, and the clock's sweep goes on from there
    at = clock.now() + timedelta(seconds=min(max(pause, 1.0) * 2**now.troubles, max(pause, LONGEST_PAUSE_S)))
    await _rest(row["id"], owner, "waiting", at, problem=str(reason), troubles=1)


async def _rest(
    run_id: int,
    owner: str,
    state: str,
    next_at: datetime | None,
    *,
    problem: str = "",
    troubles: int = 0,
    removed: int = 0,
) -> None:
    _must(await database.execute(REST, run_id, owner, state, next_at, problem, troubles, clock.now(), removed))


def _must(touched: int) -> None:
    if not touched:
        raise LostLease
