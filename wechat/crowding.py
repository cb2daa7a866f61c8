"""How many calls of one API are under way at once: without bound, until the platform says that they are too many.

Then half as many may go at once, and one more after each run of answers without complaint. Calls that wait keep their
order.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass, field

CALM = 20
"""Answers without complaint until one more call may be under way."""
FREE = 64
"""From so many on the gate is taken away."""


@dataclass(slots=True)
class Gate:
    """The bound of one API, and who waits for a place."""

    most: int
    calm: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)


class Crowd:
    """The calls under way of one app in this process, by API."""

    def __init__(self) -> None:
        self._inside: dict[str, int] = {}
        self._gates: dict[str, Gate] = {}

    async def enter(self, api: str) -> None:
        """Take a place, waiting for it where a gate stands."""
        gate = self._gates.get(api)
        while gate is not None and self._inside.get(api, 0) >= gate.most:
            place = asyncio.get_running_loop().create_future()
            gate.waiting.append(place)
            await place
            gate = self._gates.get(api)
        self._inside[api] = self._inside.get(api, 0) + 1

    def leave(self, api: str) -> None:
        """Give the place back."""
        self._inside[api] -= 1
        self._wake(api)

    def complain(self, api: str) -> None:
        """The platform said too many at once: half of those that are under way now, at least one."""
        most = max(1, self._inside.get(api, 1) // 2)
        gate = self._gates.setdefault(api, Gate(most))
        gate.most, gate.calm = min(gate.most, most), 0

    def praise(self, api: str) -> None:
        """An answer came without complaint."""
        if (gate := self._gates.get(api)) is None:
            return
        gate.calm += 1
        if gate.calm >= CALM:
            gate.most, gate.calm = gate.most + 1, 0
            self._wake(api)
        if gate.most >= FREE:
            del self._gates[api]
            for place in gate.waiting:
                _let_in(place)

    def most(self, api: str) -> int | None:
        """How many may be under way; None: no bound."""
        gate = self._gates.get(api)
        return gate.most if gate else None

    def _wake(self, api: str) -> None:
        gate = self._gates.get(api)
        free = gate.most - self._inside.get(api, 0) if gate else 0
        while gate is not None and gate.waiting and free > 0:
            place = gate.waiting.popleft()
            free -= not place.done()
            _let_in(place)


def _let_in(place: asyncio.Future[None]) -> None:
    if not place.done():
        place.set_result(None)
