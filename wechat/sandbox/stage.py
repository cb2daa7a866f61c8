"""The world that is playing now and the population acting in it; a reset puts a new world in its place."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from wechat.sandbox import memory
from wechat.sandbox.config import Config
from wechat.sandbox.population import Population
from wechat.sandbox.seeds import table as seeds
from wechat.sandbox.world import World

SAVES_EVERY_S = 15


class Stage:
    """What both faces of the server, the API and the control plane, look at."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.world = World(config)
        self.population = Population(self.world)
        self._file = Path(config.state_file) if config.state_file else None
        self._saving: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Find the people of last time in the state file, or plant the configured seed."""
        recalled = self._file is not None and memory.recall(self.world, self._file)
        if self.config.seed and not recalled:
            await seeds.plant(self.world, self.config.seed)
        if self._file:
            self._saving = asyncio.get_running_loop().create_task(self._save())

    async def reset(self) -> None:
        """Start again with the accounts and corps of today, nobody in them and every switch at its start."""
        self.config.official_accounts = [account.config for account in self.world.accounts.values()]
        self.config.corps = [corp.config for corp in self.world.corps.values()]
        await self._clear()
        self.world = World(self.config)
        self.population = Population(self.world)

    async def close(self) -> None:
        """Stop everything that runs in the background, and keep the world when a file was named."""
        await self._clear()
        if self._saving:
            self._saving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._saving
        if self._file:
            memory.remember(self.world, self._file)

    async def _clear(self) -> None:
        await self.population.stop()
        await self.world.close()

    async def _save(self) -> None:
        while self._file:
            await asyncio.sleep(SAVES_EVERY_S)
            memory.remember(self.world, self._file)
