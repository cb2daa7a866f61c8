"""Which passes there are, who may begin one, and going on with those that were killed or had to wait."""

from __future__ import annotations

from community.reconciling import contacts, fans, groups, passes, staff, tags, tasks
from community.reconciling.models import SCOPES, ReconcileRun
from community.reconciling.passes import Kind
from kernel import clock, database
from kernel.errors import Refused
from staff import audit
from staff.models import Staff
from wechat import accounts

KINDS: dict[str, Kind] = {"staff": staff, "tags": tags, "contacts": contacts, "groups": groups, "fans": fans}
# the newest of a list may begin only when no other is under way: two would take turns in marking what they saw
BEGIN = """
INSERT INTO reconcile_run (scope, app, is_full, state, started_at, asked_by_id, next_at)
SELECT $1::varchar, $2::varchar, $3, 'waiting', $4::timestamptz, $5, $4::timestamptz
WHERE NOT EXISTS (SELECT FROM reconcile_run WHERE scope = $1 AND app = $2 AND state IN ('running', 'waiting'))
RETURNING id
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconcile:' || $1 || ':' || $2, 0))"
DUE = """
SELECT id FROM reconcile_run
WHERE state = 'running' AND (lease_until IS NULL OR lease_until < $1)
  OR state = 'waiting' AND coalesce(next_at, $1) <= $1
ORDER BY id
"""


async def begin(scope: str, app: str, *, is_full: bool = True, by: Staff | None = None) -> int | None:
    """Begin a pass; its number, or None when one of this list is under way already."""
    async with database.transaction():
        await database.fetch(LOCK, scope, app)
        run_id: int | None = await database.fetch_value(
            BEGIN, scope, app, is_full, clock.now(), by.id if by is not None else None
        )
        if run_id is not None and by is not None:
            await audit.record(by, "reconcile.asked", "reconcile_run", run_id, scope=scope, full=is_full)
        return run_id


async def ask(scope: str, app: str, *, is_full: bool, by: Staff) -> int:
    """A person wants a pass now; Refused when the account is unknown or one is under way."""
    if scope not in KINDS or accounts.find(KINDS[scope].SIDE, app) is None:
        raise Refused("请选择要核对的账号和内容", code="reconcile.unknown")
    async with database.transaction():
        run_id = await begin(scope, app, is_full=is_full, by=by)
        if run_id is None:
            raise Refused("这一项正在核对中，请等它结束", code="reconcile.under_way")
        tasks.go_on.later(run_id)
    return run_id


async def run(*scopes: str, is_full: bool = True) -> list[ReconcileRun]:
    """Begin and walk through the passes of every account; the next one is made also when one could not be completed."""
    runs = []
    for scope in scopes or SCOPES:
        for app in apps_of(scope):
            run_id = await begin(scope, app, is_full=is_full)
            if run_id is not None:
                runs.append(await walk(run_id))
    return runs


async def walk(run_id: int) -> ReconcileRun:
    """Go on with a pass until it is over or has to wait."""
    while True:
        row = await ReconcileRun.get(id=run_id)
        now = await passes.go_on(run_id, KINDS[row.scope])
        if now is None:
            return await ReconcileRun.get(id=run_id)
        if now.state != "waiting" or (now.next_at is not None and now.next_at > clock.now()):
            return now


async def go_on(run_id: int) -> ReconcileRun | None:
    """One turn of a pass; None when it is over, waits, or is somebody else's."""
    row = await ReconcileRun.get_or_none(id=run_id)
    return await passes.go_on(run_id, KINDS[row.scope]) if row is not None and row.scope in KINDS else None


async def due() -> list[int]:
    """Passes that stand still and could go on: their worker was killed, or their pause is over."""
    return [row["id"] for row in await database.fetch(DUE, clock.now())]


async def begin_all(*, is_full: bool) -> list[int]:
    """Begin the passes of every list and account that are not under way; their numbers."""
    begun = [await begin(scope, app, is_full=is_full) for scope in SCOPES for app in apps_of(scope)]
    return [run_id for run_id in begun if run_id is not None]


def apps_of(scope: str) -> list[str]:
    """The corps, or official accounts, whose list of this kind is compared."""
    kind = KINDS[scope]
    # several apps of one corp share its lists; people belong to the bank's own corp alone
    names = dict.fromkeys(app.receive_id for app in accounts.every(kind.SIDE) if app.secret and not app.is_paused)
    return list(names)[:1] if scope == "staff" else list(names)
