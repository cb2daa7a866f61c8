"""Picking somebody from very many, quickly: lists of ids that are made anew only when many came or went."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wechat.sandbox.churn import Churn
from wechat.sandbox.corps import Corp
from wechat.sandbox.seeds import names
from wechat.sandbox.world import World

SMALL = 2000
STALE_SHARE = 50


@dataclass(slots=True)
class Temper:
    """The chance behind the population, the share of group messages that members ever confirm, and who leaves."""

    rng: random.Random
    confirm_share: float = 0.85
    churn: Churn = field(default_factory=Churn)
    crowds: dict[str, list[str]] = field(default_factory=dict)

    def crowd(self, name: str, people: Mapping[str, Any]) -> list[str]:
        """The ids of a mapping; of a large one a list that may lag behind by one in fifty."""
        known = self.crowds.get(name, [])
        if len(people) < SMALL or abs(len(people) - len(known)) > len(people) // STALE_SHARE:
            known = self.crowds[name] = list(people)
        return known


Args = dict[str, Any]
Habit = Callable[[World, Temper], Args | None]


def pick(rng: random.Random, rows: Sequence[Any]) -> Any:
    """One of the rows, None of none."""
    return rows[rng.randrange(len(rows))] if rows else None


def some(temper: Temper, name: str, people: Mapping[str, Any]) -> str | None:
    """One key of a mapping that may be very large."""
    found: str | None = pick(temper.rng, temper.crowd(name, people))
    return found


def corp_of(world: World) -> Corp | None:
    """The corp in which the population lives."""
    return next(iter(world.corps.values()), None)


def newcomer(world: World, temper: Temper) -> Args:
    """Name and unionid of somebody new."""
    return {"name": names.person(temper.rng), "unionid": world.ids.take("un", 28)}
