"""Wake-ups for what was stored: one publishing at a time per lane, and never more in memory than a bounded list.

A row is the truth and the sweepers find every one, so that a wake-up too many for a broker that is away is let go.
"""

from __future__ import annotations

import asyncio

from kernel import logs
from kernel.tasks import Task
from webhooks import tasks
from webhooks.kinds import MESSAGES, ORDINARY, URGENT

PAUSE_S = {URGENT: 0.0, MESSAGES: 0.25, ORDINARY: 0.5}
"""Queueing a task costs as much as storing twenty callbacks: after one the next waits, and what came meanwhile
shares it.
Who comes first after a quiet moment does not wait."""
IDS_PER_TASK = 500
KEPT = 20_000
HANDLERS: dict[str, Task[[list[int]]]] = {
    URGENT: tasks.handle_urgent,
    MESSAGES: tasks.handle_messages,
    ORDINARY: tasks.handle_callbacks,
}
_log = logs.get(__name__)


class Waking:
    """The ids of one lane that nobody was woken for yet."""

    def __init__(self, lane: str) -> None:
        self.lane = lane
        self._ids: list[int] = []
        self._publishing: asyncio.Task[None] | None = None
        self._is_draining = False

    def add(self, number: int) -> None:
        """Wake somebody for this row soon."""
        if len(self._ids) < KEPT:
            self._ids.append(number)
        if self._publishing is None:
            self._publishing = asyncio.create_task(self._publish())

    async def drain(self) -> None:
        """Return when all is published, or let go."""
        self._is_draining = True
        while self._publishing is not None:
            await asyncio.wait([self._publishing])
        self._is_draining = False

    async def _publish(self) -> None:
        try:
            while self._ids:
                ids, self._ids = self._ids[:IDS_PER_TASK], self._ids[IDS_PER_TASK:]
                await HANDLERS[self.lane].queue_now(ids)
                if len(self._ids) < IDS_PER_TASK and not self._is_draining:
                    await asyncio.sleep(PAUSE_S[self.lane])
        except Exception:
            # whatever the broker's client throws: these rows are the sweepers' now
            _log.exception("callbacks.nobody_woken", lane=self.lane)
        finally:
            self._publishing = None
