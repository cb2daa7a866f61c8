"""Making people do things: one act, many acts, a seed, the population, a reset."""

from __future__ import annotations

import asyncio
from typing import Any

from wechat.sandbox.acts import table
from wechat.sandbox.acts.deeds import Impossible
from wechat.sandbox.control.asking import Asked, Told
from wechat.sandbox.seeds import table as seeds

BREATH = 200
"""Acts of a batch between two looks at everything else that waits."""


async def act(asked: Asked) -> Told:
    """One act with its arguments, or a list of arguments: each of them is done, a failure is told in its place."""
    name = asked.path["name"]
    if isinstance(asked.body, list):
        return await _perform_all(asked, [(name, _arguments(args)) for args in asked.body])
    return table.perform(asked.world, name, asked.fields)


async def act_all(asked: Asked) -> Told:
    """[{act, ...arguments}]: many acts in order; the answer holds `results` in the same order and how many `failed`."""
    if not isinstance(asked.body, list):
        raise ValueError("the body must be a list of acts")
    batch = [dict(_arguments(one)) for one in asked.body]
    return await _perform_all(asked, [(str(one.pop("act", "")), one) for one in batch])


def list_acts(_asked: Asked) -> Told:
    """Every act with what it takes."""
    return {name: (deed.__doc__ or "").strip() for name, deed in sorted(table.DEEDS.items())}


async def seed(asked: Asked) -> Told:
    """{kind: small | bank-demo | bulk, ...}: people come into being; callbacks only `with_callbacks`."""
    return await seeds.plant(asked.world, asked.fields)


async def start_population(asked: Asked) -> Told:
    """{rates?: {act: per minute}, confirm_share?, night?, night_share?, random_seed?}: start, or start anew."""
    await asked.stage.population.start(asked.fields)
    return asked.stage.population.status()


def show_population(asked: Asked) -> Told:
    """Whether the population acts, how fast, and what it did."""
    return asked.stage.population.status()


async def stop_population(asked: Asked) -> Told:
    """Everybody stands still."""
    await asked.stage.population.stop()
    return asked.stage.population.status()


async def settle(asked: Asked) -> Told:
    """{timeout? 10}: wait until no callback and no delayed act is pending."""
    asked.only("timeout")
    loop = asyncio.get_running_loop()
    until = loop.time() + float(asked.fields.get("timeout", 10))
    world = asked.world
    while world.busy and loop.time() < until:
        await asyncio.sleep(0.01)
    return {"settled": not world.busy, "pending": world.busy}


async def reset(asked: Asked) -> Told:
    """A new world with the same accounts and corps."""
    await asked.stage.reset()
    return {"ok": True}


def _arguments(one: Any) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise ValueError("every act must be a JSON object")
    return one


async def _perform_all(asked: Asked, batch: list[tuple[str, dict[str, Any]]]) -> Told:
    results: list[dict[str, Any]] = []
    failed = 0
    for place, (name, args) in enumerate(batch, 1):
        try:
            results.append(table.perform(asked.world, name, args))
        except (Impossible, LookupError, ValueError, TypeError) as error:
            failed += 1
            results.append({"error": str(error)})
        if place % BREATH == 0:
            await asyncio.sleep(0)
    return {"results": results, "failed": failed}
