"""The connection doctor: what is wrong with one account's connection, said check by check, with what to do about it.

A run is a row: it is asked for, worked through in the background, and kept with its time.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from kernel import clock, database, logs
from wechat import accounts, diagnosing_account, diagnosing_common, diagnosing_corp, watching
from wechat.apps import App
from wechat.findings import Bench, Finding
from wechat.hearing import Line
from wechat.models import Diagnosis

Check = Callable[[Bench], Awaitable[Finding]]
CHECKS: dict[str, Sequence[Check]] = {
    "official_account": (
        diagnosing_common.what_is_set,
        diagnosing_common.token,
        diagnosing_account.secret_kind,
        diagnosing_account.permission,
        diagnosing_common.ip_list,
        diagnosing_common.callback,
        diagnosing_common.clock_skew,
        diagnosing_account.quota,
    ),
    "wecom": (
        diagnosing_common.what_is_set,
        diagnosing_common.token,
        diagnosing_corp.secret_kind,
        diagnosing_corp.permission,
        diagnosing_corp.visible_range,
        diagnosing_common.ip_list,
        diagnosing_common.callback,
        diagnosing_common.clock_skew,
        diagnosing_corp.quota,
    ),
}
STALE = timedelta(minutes=5)
"""A run that is not over by then has lost its worker: another may be asked for."""
KEPT = 20
MARK = """
SELECT verified_at, received_at, old_key_calls, old_key_at, refused, refused_at, refused_reason FROM callback_mark
WHERE app = $1
"""
UNMARKED: database.Row = {
    "verified_at": None,
    "received_at": None,
    "old_key_calls": 0,
    "old_key_at": None,
    "refused": {},
    "refused_at": None,
    "refused_reason": "",
}
CLAIM = """
UPDATE wechat_diagnosis SET state = 'running', started_at = $2, steps = $3
WHERE id = $1 AND state = 'waiting' RETURNING app
"""
STEP = "UPDATE wechat_diagnosis SET findings = $2::jsonb, steps_done = $3 WHERE id = $1"
END = "UPDATE wechat_diagnosis SET state = $2, ended_at = $3 WHERE id = $1"
FORGET = """
DELETE FROM wechat_diagnosis WHERE app = $1 AND id NOT IN (
  SELECT id FROM wechat_diagnosis WHERE app = $1 ORDER BY id DESC LIMIT $2)
"""
_log = logs.get(__name__)


async def ask(app: App, by_staff_id: int | None = None) -> Diagnosis:
    """A run for an account; the one under way when there is one. The caller wakes `tasks.diagnose`."""
    async with database.transaction():
        await database.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"diagnosis:{app.key}")
        since = clock.now() - STALE
        going = await Diagnosis.filter(app=app.key, state__in=("waiting", "running"), created_at__gt=since).first()
        return going or await Diagnosis.create(app=app.key, by_staff_id=by_staff_id, steps=len(CHECKS[app.side]))


async def newest(app: App) -> Diagnosis | None:
    """The latest run of an account."""
    return await Diagnosis.filter(app=app.key).order_by("-id").first()


async def work(run_id: int) -> None:
    """Work through a run that nobody has taken yet; the row shows each finding as soon as it is there."""
    found = await Diagnosis.get_or_none(id=run_id)
    app = next((one for one in accounts.every() if found and one.key == found.app), None)
    steps = len(CHECKS[app.side]) if app else 0
    if not await database.fetch(CLAIM, run_id, clock.now(), steps):
        return
    state = "failed"
    try:
        if app is not None:
            await _look(run_id, app)
            state = "done"
            await database.execute(FORGET, app.key, KEPT)
    finally:
        await database.execute(END, run_id, state, clock.now())


async def look(app: App, tell: Callable[[list[Finding]], Awaitable[None]] | None = None) -> list[Finding]:
    """All checks of an account, one after the other; `tell` hears the findings so far after each."""
    bench = Bench(app, Line(app), await mark(app))
    found: list[Finding] = []
    try:
        for check in CHECKS[app.side]:
            found.append(await check(bench))
            if tell is not None:
                await tell(found)
    finally:
        await bench.line.close()
    return found


async def mark(app: App) -> database.Row:
    """What callbacks told of an account; nothing at all before the first."""
    await watching.write()
    row = await database.fetch_one(MARK, app.key)
    if row is None:
        return dict(UNMARKED)
    return {**row, "refused": json.loads(row["refused"]) if isinstance(row["refused"], str) else row["refused"]}


async def _look(run_id: int, app: App) -> None:
    async def tell(found: list[Finding]) -> None:
        kept = json.dumps([one.kept() for one in found], ensure_ascii=False)
        await database.execute(STEP, run_id, kept, len(found))

    found = await look(app, tell)
    _log.info("connection.diagnosed", app=app.key, wrong=[one.check for one in found if one.verdict == "wrong"])
