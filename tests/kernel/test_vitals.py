from __future__ import annotations

from datetime import timedelta

from kernel import clock, vitals
from kernel.models import JobRun


async def test_old_runs_are_forgotten_but_each_jobs_last_one(db: None) -> None:
    for job, days in (("often", 30), ("often", 20), ("often", 1), ("rare", 40), ("rare", 30)):
        await JobRun.create(job=job, started_at=clock.now() - timedelta(days=days), outcome="done")
    assert await vitals.forget_runs(clock.now() - timedelta(days=14)) == 3
    kept = {(run.job, (clock.now() - run.started_at).days) for run in await JobRun.all()}
    assert kept == {("often", 1), ("rare", 30)}
