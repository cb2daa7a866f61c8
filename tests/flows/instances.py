"""A throw-away instance in processes of its own: started, asked over HTTP and SQL, killed in parts, stopped whole."""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import asyncpg
import celery
import psutil

from kernel import tasks
from processes import embedded
from tests import running
from wechat.sandbox.client import Sandbox

LOGS = running.ROOT / "test-artefacts" / "logs"


@dataclass
class Instance:
    """A running instance, the sandbox beside it, and its database for questions."""

    run: running.Instance
    sandbox: Sandbox
    database: asyncpg.Pool

    @property
    def card(self) -> dict[str, Any]:
        """What it said of itself."""
        return self.run.card

    @property
    def web(self) -> str:
        """The address of its pages."""
        return str(self.card["web"])

    def sign_in_of(self, name: str) -> tuple[str, str]:
        """Login and password of one person."""
        return name, self.run.password(name)

    def worker(self, name: str) -> psutil.Process | None:
        """The parent of the named worker's children, when it lives."""
        with suppress(StopIteration, psutil.Error):
            return self.run.child("worker", name)
        return None

    async def wake(self, task: tasks.Task[Any], *args: object) -> None:
        """Queue a task for the instance's own workers, as the clock does."""
        url = self.card["redis"].replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
        with celery.Celery(broker=url, set_as_current=False) as app:
            await asyncio.to_thread(app.send_task, task.name, args, queue=task.queue)

    async def value(self, sql: str, *arguments: object) -> Any:
        """One value from the instance's database."""
        return await self.database.fetchval(sql, *arguments)

    async def rows(self, sql: str, *arguments: object) -> list[dict[str, Any]]:
        """Rows from the instance's database."""
        return [dict(row) for row in await self.database.fetch(sql, *arguments)]

    async def as_owner(self, statements: str) -> None:
        """Run statements as the owner of the database, who may what the product's own role may not."""
        line = await asyncpg.connect(self.card["database"].replace(embedded.APP_ROLE, embedded.DATABASE, 1))
        try:
            await line.execute(statements)
        finally:
            await line.close()

    def errors(self) -> list[dict[str, Any]]:
        """What its processes logged as errors."""
        lines = [line for line in self.run.log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
        found = [json.loads(line) for line in lines]
        return [one for one in found if one.get("level") in ("error", "critical")]


@asynccontextmanager
async def started(*arguments: str, **environment: str) -> AsyncIterator[Instance]:
    """Start an instance and stop it again; nothing of it outlives this block, nor this test process."""
    LOGS.mkdir(parents=True, exist_ok=True)
    # not in a thread: the instance ends with the thread that started it
    run = running.start(LOGS / f"instance-{secrets.token_hex(4)}.log", *arguments, **environment)
    family = run.family()
    try:
        pool = await asyncpg.create_pool(run.card["database"], min_size=1, max_size=4)
        async with pool, Sandbox(run.card["sandbox_control"]) as sandbox:
            await _speak_at_any_hour(pool)
            yield Instance(run, sandbox, pool)
        family = run.family()
    finally:
        code = await asyncio.to_thread(run.stop)
    assert code == 0
    gone, left = psutil.wait_procs(family, timeout=5)
    assert not left, f"{len(left)} processes outlived the instance, {len(gone)} ended"


async def _speak_at_any_hour(pool: asyncpg.Pool) -> None:
    # tests run at night too, and send more in an hour than a bank in a month; the gate reads this as any policy
    await pool.execute(
        "INSERT INTO send_policy (effective_on, daily_cap, monthly_cap, quiet_from, quiet_until, holdout_percent, note)"
        " VALUES ('2001-01-01', 100, 1000, '00:00', '00:00', 0, 'tests')"
    )
