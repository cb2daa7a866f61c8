"""Which tier a client's assets earn: up at the next review, watch, then demotion after the months of grace. Pure."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

BASES = ("total", "deposit")
DAY_COUNTS = ("calendar", "thirty")
UPGRADES = ("next_month", "at_once")
DROPS = ("last_month", "best_of_window", "one_down")


class BadPolicy(ValueError):
    """The definition can't be used; `problems` names each fault."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Tier:
    """A tier: lowest month average in fen (inclusive), and after how many months below it is lost (0: at once)."""

    code: str
    name: str
    threshold_fen: int
    grace_months: int


@dataclass(frozen=True)
class Policy:
    """Tiers from low to high, and how they are won and lost.

    basis: average of all assets or of deposits. day_count: month's sum divided by its calendar days, or always by 30.
    upgrade: the raised tier counts from the next month, or from the month's last day. drop: to the level of the last
    month of grace, of the best month below, or one tier down. watch_from: months below from which staff are warned.
    """

    tiers: tuple[Tier, ...]
    basis: str = "total"
    day_count: str = "calendar"
    upgrade: str = "next_month"
    drop: str = "last_month"
    watch_from: int = 1

    def rank(self, code: str) -> int:
        """Place of a tier, 0 the lowest; a code of an older policy counts as the lowest."""
        return next((place for place, tier in enumerate(self.tiers) if tier.code == code), 0)

    def tier_for(self, average_fen: int) -> str:
        """The highest tier whose threshold is reached; the lowest for anything below."""
        reached = [tier.code for tier in self.tiers if tier.threshold_fen <= average_fen]
        return reached[-1] if reached else self.tiers[0].code


@dataclass(frozen=True)
class Standing:
    """Where a client stands: tier, months below its threshold in a row, and the best average of those months (fen)."""

    tier: str
    months_below: int = 0
    best_below_fen: int = 0


def next_standing(now: Standing, month_average_fen: int, policy: Policy) -> Standing:
    """The standing after one month whose average was `month_average_fen`.

    Sources: the presets' `source` (Bohai: the level of the last month of grace; CCB: of the best of the window).
    """
    earned, rank = policy.tier_for(month_average_fen), policy.rank(now.tier)
    if policy.rank(earned) >= rank:
        return Standing(earned)
    months = now.months_below + 1
    best = max(now.best_below_fen, month_average_fen) if now.months_below else month_average_fen
    if months < policy.tiers[rank].grace_months:
        return Standing(policy.tiers[rank].code, months, best)
    if policy.drop == "best_of_window":
        return Standing(policy.tier_for(best))
    if policy.drop == "one_down":
        return Standing(policy.tiers[rank - 1].code)
    return Standing(earned)


def read_policy(definition: dict[str, Any]) -> Policy:
    """The policy of a definition kept as data; BadPolicy names every fault."""
    problems = [
        f"{key}: {definition[key]!r} is none of {allowed}"
        for key, allowed in (("basis", BASES), ("day_count", DAY_COUNTS), ("upgrade", UPGRADES), ("drop", DROPS))
        if key in definition and definition[key] not in allowed
    ]
    tiers = definition.get("tiers")
    if not isinstance(tiers, list) or not tiers:
        raise BadPolicy([*problems, "tiers: at least one is needed, from low to high"])
    problems += _faults_of(tiers)
    watch_from = definition.get("watch_from", 1)
    if not isinstance(watch_from, int) or watch_from < 1:
        problems.append("watch_from: a number of months from 1")
    if problems:
        raise BadPolicy(problems)
    settings = {key: definition[key] for key in ("basis", "day_count", "upgrade", "drop") if key in definition}
    made = tuple(Tier(t["code"], t["name"], t["threshold_fen"], t.get("grace_months", 0)) for t in tiers)
    return Policy(made, watch_from=watch_from, **settings)


def _faults_of(tiers: list[Any]) -> list[str]:
    faults = []
    for place, tier in enumerate(tiers):
        if not isinstance(tier, dict) or not all(isinstance(tier.get(key), str) for key in ("code", "name")):
            return [f"tiers[{place}]: code and name are needed"]
        for key in ("threshold_fen", "grace_months"):
            value = tier.get(key, 0 if key == "grace_months" else None)
            if not isinstance(value, int) or isinstance(value, bool) or value < 0:
                return [f"tiers[{place}].{key}: a whole number from 0"]
    thresholds = [tier["threshold_fen"] for tier in tiers]
    if thresholds[0] != 0:
        faults.append("tiers[0].threshold_fen: the lowest tier begins at 0")
    if any(low >= high for low, high in itertools.pairwise(thresholds)):
        faults.append("tiers: thresholds must rise")
    if len({tier["code"] for tier in tiers}) != len(tiers):
        faults.append("tiers: a code occurs twice")
    return faults
