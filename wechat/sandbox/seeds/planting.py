"""Planting people through the same acts that people do, silently unless callbacks are wanted."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from wechat.sandbox.acts import table
from wechat.sandbox.world import World

BREATH = 500


class Planting:
    """One seed being planted: its own chance, and acts that stay silent unless `loud`."""

    def __init__(self, world: World, random_seed: int, loud: bool) -> None:
        self.world, self.loud = world, loud
        self.rng = random.Random(random_seed)
        self.mark = f"seed{random_seed}"
        self._done = 0

    def name(self, prefix: str, key: str, length: int = 32) -> str:
        """An id that only depends on the seeds and the key."""
        return self.world.ids.named(prefix, f"{self.mark}:{key}", length)

    async def do(self, act: str, **args: Any) -> dict[str, Any]:
        """Perform an act; every few hundred others get their turn."""
        self._done += 1
        if self._done % BREATH == 0:
            await asyncio.sleep(0)
        before, self.world.muted = self.world.muted, not self.loud
        try:
            return table.perform(self.world, act, args)
        finally:
            self.world.muted = before

    def past(self, days: int) -> int:
        """A second within the last `days` days, or now when callbacks tell of it."""
        return self.world.now() - (0 if self.loud else self.rng.randrange(3600, days * 86_400))
