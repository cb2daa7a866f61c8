"""Wake-ups of the passes: begin the nightly and the hourly ones, go on with one, find those that stand still."""

from __future__ import annotations

from community.reconciling import running
from kernel.tasks import task


@task("default")
async def reconcile() -> None:
    """Begin the full passes of every list; every night."""
    for run_id in await running.begin_all(is_full=True):
        go_on.later(run_id)


@task("default")
async def reconcile_changes() -> None:
    """Begin the incremental passes; every hour."""
    for run_id in await running.begin_all(is_full=False):
        go_on.later(run_id)


@task("default")
async def go_on(run_id: int) -> None:
    """One turn of a pass, then another wake-up while it is not over."""
    row = await running.go_on(run_id)
    if row is not None and row.state == "waiting" and not row.problem:
        go_on.later(run_id)


@task("default")
async def look_at_staff(corpid: str) -> None:
    """Compare the address book again; nothing when that is under way."""
    run_id = await running.begin("staff", corpid, is_full=False)
    if run_id is not None:
        go_on.later(run_id)


@task("default")
async def resume() -> None:
    """Go on with passes that stand still; every minute."""
    for run_id in await running.due():
        go_on.later(run_id)
