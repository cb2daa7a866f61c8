"""Who leaves: newcomers and the silent sooner than friends; one seeded draw among a handful, weighted by its hazard."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

HANDFUL = 6
DAY_S = 86_400
T = TypeVar("T")


@dataclass(slots=True)
class Churn:
    """How much sooner than others somebody leaves: within `new_days`, or after `silent_days` without a word."""

    new_days: float = 7
    new_weight: float = 3.0
    silent_days: float = 30
    silent_weight: float = 2.0

    def change(self, values: Mapping[str, Any]) -> None:
        """Set the named weights; ValueError for an unknown name or a negative number."""
        known = {item.name for item in fields(self)}
        for name, value in values.items():
            if name not in known or float(value) < 0:
                raise ValueError(f"no churn {name} {value}; known are {', '.join(sorted(known))}")
            setattr(self, name, float(value))

    def hazard(self, since: float, last_word: float, now: float) -> float:
        """The weight of one person who came at `since` and last wrote at `last_word` (0: never)."""
        weight = self.new_weight if now - since < self.new_days * DAY_S else 1.0
        silent = now - max(since, last_word) > self.silent_days * DAY_S
        return weight * (self.silent_weight if silent else 1.0)


def draw(rng: random.Random, people: Sequence[T], weigh: Callable[[T], float]) -> T | None:
    """One of a handful picked at random, the likelier the heavier."""
    if not people:
        return None
    handful = [people[rng.randrange(len(people))] for _ in range(min(HANDFUL, len(people)))]
    weights = [weigh(one) for one in handful]
    return rng.choices(handful, weights)[0] if sum(weights) > 0 else handful[0]
