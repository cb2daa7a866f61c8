"""What this installation runs on, as far as it can be measured from inside: queues, scheduled jobs, the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import redis.exceptions

from kernel import cache, database, tasks

JOBS = """
SELECT DISTINCT ON (job) job, started_at, finished_at, outcome, detail FROM job_run ORDER BY job, started_at DESC
"""
FORGET = """
DELETE FROM job_run WHERE started_at < $1
  AND EXISTS (SELECT FROM job_run later WHERE later.job = job_run.job AND later.started_at > job_run.started_at)
"""
DATABASE = """
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
  (SELECT count(*)::int FROM pg_stat_activity WHERE datname = current_database()) AS connections
"""


class LastRun(NamedTuple):
    """The last run of one job; outcome is running, done or failed."""

    job: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    detail: str


class Database(NamedTuple):
    """The PostgreSQL server behind us."""

    version: str
    bytes: int
    connections: int


async def queues() -> dict[str, int] | None:
    """Wake-ups that wait, by queue; None when Redis does not answer (work is then only delayed)."""
    try:
        return {name: int(await cache.redis_client().llen(name)) for name in tasks.QUEUES}
    except (redis.exceptions.RedisError, OSError):
        return None


async def forget_runs(before: datetime) -> int:
    """Delete runs that began before a moment, but each job's last one; returns how many."""
    return await database.execute(FORGET, before)


async def last_runs() -> list[LastRun]:
    """The last run of every job that ever ran."""
    return [LastRun(**row) for row in await database.fetch(JOBS)]


async def postgres() -> Database:
    """Version, size and connections of the database."""
    row = await database.fetch_one(DATABASE)
    assert row is not None
    return Database(**row)
