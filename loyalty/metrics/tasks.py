"""Work of metrics that is woken after an import and by the clock."""

from __future__ import annotations

from kernel.tasks import task
from loyalty.assets import importing, linking
from loyalty.metrics import following


@task("default")
async def after_import(run_id: int) -> None:
    """Outflows and figures of what one import brought."""
    await following.follow_import(run_id)


@task("default")
async def nightly_figures() -> None:
    """Imports that broke off, balances of merged clients, then outflows and figures of the newest days."""
    await importing.close_abandoned()
    await linking.follow_merges()
    await following.follow_newest()
