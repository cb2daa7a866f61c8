"""The table of seeds by name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from wechat.sandbox.seeds import bank_demo, bulk, small
from wechat.sandbox.seeds.planting import Planting
from wechat.sandbox.world import World

Seed = Callable[[Planting, dict[str, Any]], Awaitable[dict[str, Any]]]
SEEDS: dict[str, Seed] = {"small": small.plant, "bank-demo": bank_demo.plant, "bulk": bulk.plant}


async def plant(world: World, fields: dict[str, Any]) -> dict[str, Any]:
    """Plant the seed named by `kind`; `random_seed` decides who comes, `with_callbacks` whether it is told."""
    seed = SEEDS.get(str(fields.get("kind", "small")))
    if seed is None:
        raise ValueError(f"unknown seed {fields.get('kind')}; one of {', '.join(SEEDS)}")
    planting = Planting(world, int(fields.get("random_seed", 1)), bool(fields.get("with_callbacks", False)))
    return await seed(planting, fields)
