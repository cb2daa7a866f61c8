"""Group commit: many callbacks that arrive together are stored by one statement and answered after its commit."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field

from kernel import logs
from webhooks import inbox, refusals, tasks
from webhooks.inbox import Received
from webhooks.kinds import URGENT

BATCH = 200
COUNTERS_EVERY_S = 0.5
_log = logs.get(__name__)


@dataclass(slots=True)
class GroupCommit:
    """What waits for the next commit; while one runs, newcomers gather for the following one."""

    _waiting: list[tuple[Received, asyncio.Future[None]]] = field(default_factory=list)
    _refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    _runner: asyncio.Task[None] | None = None
    _counting: asyncio.Task[None] | None = None

    async def store(self, received: Received, within_s: float) -> None:
        """Return once the callback is safely stored; TimeoutError or the database's error otherwise."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, done))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        await asyncio.wait_for(done, within_s)

    def refuse(self, side: str, reason: str) -> None:
        """Count a refused call; the counters are written a moment later, many at once."""
        self._refused[side, reason] += 1
        if self._counting is None:
            self._counting = asyncio.create_task(self._count_soon())

    async def drain(self) -> None:
        """Write what waits; called before the database closes."""
        if self._runner is not None:
            await self._runner
        if self._counting is not None:
            self._counting.cancel()
            await asyncio.gather(self._counting, return_exceptions=True)
        await self._write_counters()

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
                await self._commit(batch)
        finally:
            self._runner = None

    async def _commit(self, batch: list[tuple[Received, asyncio.Future[None]]]) -> None:
        try:
            stored = await inbox.store([received for received, _ in batch])
        except Exception as error:  # each caller gets it and answers 503, so that WeChat calls again
            _log.exception("callbacks.not_stored", count=len(batch))
            for _, done in batch:
                if not done.done():
                    done.set_exception(error)
            return
        for _, done in batch:
            if not done.done():
                done.set_result(None)
        for lane, ids in stored.items():
            (tasks.handle_urgent if lane == URGENT else tasks.handle_callbacks).later(ids)

    async def _count_soon(self) -> None:
        await asyncio.sleep(COUNTERS_EVERY_S)
        await self._write_counters()
        # calls refused while the counters were being written
        self._counting = asyncio.create_task(self._count_soon()) if self._refused else None

    async def _write_counters(self) -> None:
        counts, self._refused = self._refused, Counter()
        try:
            await refusals.add(counts)
        except Exception:
            self._refused.update(counts)
            _log.exception("refusals.not_written")
