"""Group commit: many callbacks that arrive together are stored by one statement and answered after its commit.

Nothing is shed while there is time: whoever can't be stored yet waits, welcomes in front, until ANSWER_WITHIN_S after
it came; only then it is refused, before WeChat hangs up, and WeChat calls again. What waits lives on the connections
it came by, one each, and never exceeds WAITING_BYTES.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable

from kernel import logs
from webhooks import line, storing, tallies
from webhooks.kinds import LANES, URGENT
from webhooks.storing import Received, Stored
from webhooks.tallies import NOT_STORED, Tallies
from webhooks.waking import Waking

BATCH = 500
ANSWER_WITHIN_S = 4.5
"""WeChat cuts a call after five seconds."""
TRY_AGAIN_S = 0.1
WAITING_BYTES = 64 * 1024 * 1024
Waiting = tuple[Received, Callable[[bool], None], float]
"""A call whose caller waits, whom to tell (once) whether it is stored, and since when; a bare tuple, made so often."""
_log = logs.get(__name__)


class NotStored(Exception):
    """There was no time or no room to store it: the caller is told, so that WeChat calls again."""


class GroupCommit:
    """What waits for the next commit; while one runs, newcomers gather for the following one."""

    def __init__(self) -> None:
        self.tallies = Tallies()
        self._waiting: dict[bool, deque[Waiting]] = {True: deque(), False: deque()}
        self._bytes = 0
        self._line = line.Line()
        self._wakings = {lane: Waking(lane) for lane in LANES}
        self._runner: asyncio.Task[None] | None = None

    def put(self, received: Received, done: Callable[[bool], None]) -> None:
        """Have it stored; `done(True)` once it safely is, `done(False)` when it can't be in time."""
        if self._bytes > WAITING_BYTES:
            done(False)
            return
        self._bytes += len(received.body)
        self._waiting[received.lane == URGENT].append((received, done, time.monotonic()))
        if self._runner is None:
            self._runner = asyncio.create_task(self._run())

    async def store(self, received: Received) -> None:
        """Return once the callback is safely stored; NotStored otherwise."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.put(received, lambda is_stored: None if future.done() else future.set_result(is_stored))
        if not await future:
            raise NotStored(received.kind)

    def refuse(self, side: str, reason: str) -> None:
        """Count a refused call."""
        self.tallies.refuse(side, reason)

    async def drain(self) -> None:
        """Write what waits; called before the database closes."""
        while self._runner is not None:
            await asyncio.wait([self._runner])
        for lane in self._wakings.values():
            await lane.drain()
        await self.tallies.drain()
        await self._line.close()

    async def _run(self) -> None:
        try:
            while batch := self._next():
                await self._commit(batch)
        finally:
            self._runner = None

    def _next(self) -> list[Waiting]:
        batch: list[Waiting] = []
        for queue in (self._waiting[True], self._waiting[False]):
            while queue and len(batch) < BATCH:
                batch.append(queue.popleft())
        return batch

    async def _commit(self, batch: list[Waiting]) -> None:
        oldest = min([since for _, _, since in batch])
        try:
            async with asyncio.timeout(max(oldest + ANSWER_WITHIN_S - time.monotonic(), 0)):
                new = await storing.store(self._line, [received for received, _, _ in batch])
        except line.AWAY as error:
            self._line.drop()
            await self._wait_or_refuse(batch, error)
        except Exception:
            # not the database's absence but a bug or a wrong schema: waiting would not help
            _log.exception("callbacks.not_stored", count=len(batch))
            self._line.drop()
            self._answer(batch, False)
        else:
            self._answer(batch, True, new)

    async def _wait_or_refuse(self, batch: list[Waiting], error: BaseException) -> None:
        _log.warning("callbacks.not_stored_yet", count=len(batch), reason=type(error).__name__)
        # those still waiting grow old too while the database is away
        everyone = [*batch, *self._waiting[True], *self._waiting[False]]
        late = time.monotonic() - ANSWER_WITHIN_S + 2 * TRY_AGAIN_S
        for is_urgent, queue in self._waiting.items():
            left = [one for one in everyone if (one[0].lane == URGENT) is is_urgent and one[2] > late]
            queue.clear()
            queue.extend(left)
        self._answer([one for one in everyone if one[2] <= late], False)
        await asyncio.sleep(TRY_AGAIN_S)

    def _answer(self, batch: list[Waiting], is_stored: bool, new: list[Stored] | None = None) -> None:
        whats = _counted(batch, is_stored)
        for received, done, _ in batch:
            self._bytes -= len(received.body)
            done(is_stored)
        if is_stored:
            self._wake(new or [], whats)
        self.tallies.count(whats)

    def _wake(self, new: list[Stored], counts: Counter[tuple[str, str, str]]) -> None:
        for (side, app, _), n in list(counts.items()):
            counts[side, app, tallies.RECEIVED] += n
            counts[side, app, tallies.REPEATED] += n
        fresh = Counter([(side, app) for _, side, app, _ in new])
        for (side, app), n in fresh.items():
            counts[side, app, tallies.REPEATED] -= n
        for number, _, _, lane in new:
            self._wakings[lane].add(number)


def _counted(batch: list[Waiting], is_stored: bool) -> Counter[tuple[str, str, str]]:
    if not is_stored:
        return Counter([(received.side, received.app, NOT_STORED) for received, _, _ in batch])
    now, whats = time.monotonic(), tallies.within
    waits = [since for _, _, since in batch]
    if batch and (what := whats(now - min(waits))) == whats(now - max(waits)):
        # they came together and are answered together
        counts = Counter([(received.side, received.app) for received, _, _ in batch])
        return Counter({(*account, what): n for account, n in counts.items()})
    return Counter([(received.side, received.app, whats(now - since)) for received, _, since in batch])
