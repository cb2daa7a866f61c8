"""The world that is playing now and the population acting in it; a reset puts a new world in its place."""

from __future__ import annotations

from wechat.sandbox.config import Config
from wechat.sandbox.population import Population
from wechat.sandbox.world import World


class Stage:
    """What both faces of the server, the API and the control plane, look at."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.world = World(config)
        self.population = Population(self.world)

    async def reset(self) -> None:
        """Start again with the accounts and corps of today, nobody in them and every switch at its start."""
        self.config.official_accounts = [account.config for account in self.world.accounts.values()]
        self.config.corps = [corp.config for corp in self.world.corps.values()]
        await self.close()
        self.world = World(self.config)
        self.population = Population(self.world)

    async def close(self) -> None:
        """Stop everything that runs in the background."""
        await self.population.stop()
        await self.world.close()
