"""How many stand at each step of a version, passed it, by which way and with what result; and who reached the goal."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from campaigns.journeys.models import JourneyVersion
from kernel import database
from loyalty.metrics import comparing, intervals
from loyalty.metrics.intervals import Interval

STANDING = """
SELECT step, count(*)::int AS n FROM journey_entry WHERE version_id = $1 AND state = 'active' GROUP BY step
"""
PASSED = """
SELECT step, way, result, count(*)::int AS n FROM journey_passage WHERE version_id = $1 GROUP BY step, way, result
"""
SENT = "SELECT step, state, reason, count(*)::int AS n FROM send WHERE stream_id = $1 GROUP BY step, state, reason"
ARMS = """
SELECT arm, count(*)::int AS people, count(goal_at)::int AS reached FROM journey_entry
WHERE version_id = $1 AND state <> 'merged' GROUP BY arm
"""
ENDS = """
SELECT state, end_reason, count(*)::int AS n FROM journey_entry WHERE version_id = $1 GROUP BY state, end_reason
ORDER BY n DESC
"""
RESULTS = {
    "done": "已执行",
    "no_channel": "触达不到",
    "no_staff": "没有客户经理",
    "no_consent": "没有营销同意",
    "unchanged": "原本如此",
    "had_it": "本周期已有",
    "out_of_stock": "库存不足",
    "inactive": "权益已停用",
    "no_account": "账户已合并",
}


@dataclass
class StepCount:
    """One step: who stands there, who passed it, by way and by result, and the states of its messages."""

    standing: int = 0
    passed: int = 0
    ways: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
    sends: Counter[str] = field(default_factory=Counter)

    @property
    def told(self) -> list[tuple[str, int]]:
        """What else than the usual came of it, in words."""
        return [(RESULTS.get(name, name), n) for name, n in self.results.most_common() if name != "done"]


class ArmCount(NamedTuple):
    """One arm: how many entered and how many of them reached the goal in time."""

    people: int = 0
    reached: int = 0

    @property
    def share(self) -> float | None:
        """Reached of entered; None when nobody entered."""
        return self.reached / self.people if self.people else None


class Outcome(NamedTuple):
    """Both arms and the difference between them; the control arm is None where nothing was split."""

    everybody: ArmCount
    treated: ArmCount
    control: ArmCount | None
    difference: Interval | None


async def steps(version: JourneyVersion) -> dict[str, StepCount]:
    """The counts of each step of a version, by its code; counters equal rows, since they are counted from them."""
    found: dict[str, StepCount] = defaultdict(StepCount)
    for row in await database.fetch(STANDING, version.id):
        found[row["step"]].standing = row["n"]
    for row in await database.fetch(PASSED, version.id):
        one = found[row["step"]]
        one.passed += row["n"]
        one.ways[row["way"]] += row["n"]
        one.results[row["result"]] += row["n"]
    for row in await database.fetch(SENT, version.stream_id):
        found[row["step"]].sends[row["state"]] += row["n"]
    return found


async def outcome(version: JourneyVersion) -> Outcome:
    """Who reached the goal: all who entered count in the own arm, whatever was done to them (intention to treat)."""
    rows = {row["arm"]: ArmCount(row["people"], row["reached"]) for row in await database.fetch(ARMS, version.id)}
    everybody = ArmCount(sum(one.people for one in rows.values()), sum(one.reached for one in rows.values()))
    treated, control = rows.get("treated", ArmCount()), rows.get("control")
    if control is None:
        return Outcome(everybody, treated, None, None)
    difference = None
    if min(treated.people, control.people) >= comparing.FEWEST:
        difference = intervals.newcombe(treated.reached, treated.people, control.reached, control.people)
    return Outcome(everybody, treated, control, difference)


async def ends(version: JourneyVersion) -> list[tuple[str, str, int]]:
    """State, reason and number of the entries of a version."""
    return [(row["state"], row["end_reason"], row["n"]) for row in await database.fetch(ENDS, version.id)]
