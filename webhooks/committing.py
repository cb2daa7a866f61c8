"""Group commit: many callbacks that arrive together are stored by one statement and answered after its commit."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from kernel import logs
from webhooks import inbox, refusals, tasks
from webhooks.inbox import Received
from webhooks.kinds import URGENT

BATCH = 200
COMMIT_WITHIN_S = 2.0
"""WeChat cuts a call after five seconds: a callback waits for at most the commit before its own, and its own."""
WAKE_EVERY_S = 0.05
"""Queueing a task costs more than storing twenty callbacks: ordinary ones are woken for together."""
IDS_PER_TASK = 100
COUNTERS_EVERY_S = 0.5
_log = logs.get(__name__)


@dataclass(slots=True)
class GroupCommit:
    """What waits for the next commit; while one runs, newcomers gather for the following one."""

    _waiting: list[tuple[Received, asyncio.Future[None]]] = field(default_factory=list)
    _refused: Counter[tuple[str, str]] = field(default_factory=Counter)
    _asleep: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    _runner: asyncio.Task[None] | None = None
    _waking: asyncio.TimerHandle | None = None
    _counting: asyncio.Task[None] | None = None

    async def store(self, received: Received) -> None:
        """Return once the callback is safely stored; TimeoutError or the database's error otherwise."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((received, done))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())
        await done

    def refuse(self, side: str, reason: str) -> None:
        """Count a refused call; the counters are written a moment later, many at once."""
        self._refused[side, reason] += 1
        if self._counting is None:
            self._counting = asyncio.create_task(self._count_soon())

    async def drain(self) -> None:
        """Write what waits; called before the database closes."""
        if self._runner is not None:
            await self._runner
        self._wake()
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
            async with asyncio.timeout(COMMIT_WITHIN_S):
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
            self._asleep[lane] += ids
        if URGENT in stored:
            self._wake()
        elif self._waking is None:
            self._waking = asyncio.get_running_loop().call_later(WAKE_EVERY_S, self._wake)

    def _wake(self) -> None:
        if self._waking is not None:
            self._waking.cancel()
            self._waking = None
        asleep, self._asleep = self._asleep, defaultdict(list)
        for lane, ids in asleep.items():
            task = tasks.handle_urgent if lane == URGENT else tasks.handle_callbacks
            for start in range(0, len(ids), IDS_PER_TASK):
                task.later(ids[start : start + IDS_PER_TASK])

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
