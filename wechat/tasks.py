"""Background work about the connection itself."""

from __future__ import annotations

from kernel.tasks import task
from wechat import diagnosing


@task("default")
async def diagnose(run_id: int) -> None:
    """Work through one run of the connection doctor."""
    await diagnosing.work(run_id)
