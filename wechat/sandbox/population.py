"""People who act by themselves: seeded chance, rates per minute of the sandbox's clock, quiet nights."""

from __future__ import annotations

import asyncio
import contextlib
import math
import random
from collections import Counter
from dataclasses import asdict
from typing import Any

from wechat.sandbox import crowds, habits
from wechat.sandbox.acts import handovers, table
from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.world import World

TICK_S = 0.2
MOST_A_TICK = 500
RATES = {
    "fan.message": 6.0,
    "fan.click": 3.0,
    "fan.subscribe": 1.0,
    "fan.unsubscribe": 0.2,
    "client.add": 1.0,
    "client.chat": 6.0,
    "client.delete_member": 0.1,
    "group.join": 2.0,
    "group.quit": 0.4,
    "group.talk": 6.0,
    "client.scan": 1.0,
    "group.scan": 1.0,
    "member.edit_client": 0.4,
    "member.publish_moment": 10.0,
    "member.confirm_groupmsg": 20.0,
    "live.start": 10.0,
    "live.end": 10.0,
    "live.watch": 20.0,
}


class Population:
    """The background actor of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rates: dict[str, float] = dict(RATES)
        self.temper = crowds.Temper(random.Random(1))
        self.night, self.night_share = (22, 8), 0.05
        self.done: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    async def start(self, fields: dict[str, Any]) -> None:
        """Start, or start anew with other rates; named rates replace the standard ones; `only`: no others."""
        unknown = set(fields) - {"rates", "only", "confirm_share", "night", "night_share", "random_seed", "churn"}
        if unknown:
            raise ValueError(f"unknown {', '.join(sorted(unknown))}")
        rates = {str(name): float(rate) for name, rate in dict(fields.get("rates", {})).items()}
        for name, rate in rates.items():
            if name not in habits.HABITS or not 0 <= rate <= 60_000:
                raise ValueError(f"no rate {rate} for {name}; acts are {', '.join(habits.HABITS)}")
        night = [int(hour) for hour in fields.get("night", self.night)]
        if len(night) != 2 or not all(0 <= hour <= 24 for hour in night):
            raise ValueError("night is [from hour, to hour]")
        await self.stop()
        self.rates = rates if fields.get("only") else {**RATES, **rates}
        self.night, self.night_share = (night[0], night[1]), float(fields.get("night_share", self.night_share))
        share = float(fields.get("confirm_share", 0.85))
        self.temper = crowds.Temper(random.Random(int(fields.get("random_seed", 1))), share)
        self.temper.churn.change(dict(fields.get("churn", {})))
        self._task = asyncio.get_running_loop().create_task(self._live())

    async def stop(self) -> None:
        """Everybody stands still."""
        if self._task:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None

    def status(self) -> dict[str, Any]:
        """Whether it runs, its settings and what was done since the world began."""
        return {
            "running": self._task is not None and not self._task.done(),
            "rates": self.rates,
            "confirm_share": self.temper.confirm_share,
            "churn": asdict(self.temper.churn),
            "night": list(self.night),
            "night_share": self.night_share,
            "asleep": self.is_night(),
            "done": dict(self.done),
        }

    def is_night(self) -> bool:
        """Whether it is night on the sandbox's clock, in Shanghai."""
        hour, (begins, ends) = self.world.clock.local().hour, self.night
        return begins <= hour < ends if begins <= ends else hour >= begins or hour < ends

    def step(self, seconds: float) -> int:
        """Let people act for that many seconds of the sandbox's time; how many acts were done."""
        share = self.night_share if self.is_night() else 1.0
        acts = 0
        handovers.pass_time(self.world)
        for name, rate in self.rates.items():
            for _ in range(min(_poisson(rate * share * seconds / 60, self.temper.rng), MOST_A_TICK)):
                acts += self._act(name)
        return acts

    def _act(self, name: str) -> bool:
        args = habits.HABITS[name](self.world, self.temper)
        if args is None:
            return False
        try:
            table.perform(self.world, name, args)
        except (Impossible, LookupError):
            # Chance picked something that can't be done just now; another moment will do.
            return False
        self.done[name] += 1
        return True

    async def _live(self) -> None:
        before = self.world.clock.now()
        while True:
            await asyncio.sleep(TICK_S)
            now = self.world.clock.now()
            if now > before:
                self.step(min(now - before, 3600))
            before = now


def _poisson(mean: float, rng: random.Random) -> int:
    if mean > 30:
        return max(0, round(rng.gauss(mean, math.sqrt(mean))))
    limit, product, count = math.exp(-mean), rng.random(), 0
    while product > limit:
        product *= rng.random()
        count += 1
    return count
