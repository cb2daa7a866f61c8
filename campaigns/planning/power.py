"""What a campaign can prove, told before it starts: the smallest difference that its two groups would show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import NormalDist

from campaigns.audience import deciding
from campaigns.audience.deciding import Audience
from campaigns.planning import goals
from kernel import clock, database
from loyalty.metrics import comparing, deposit_return, intervals, measuring

# clients whose outflow is open on the day: only these can bring anything back (loyalty.metrics.measuring)
ENROLLED = """
SELECT count(*) FILTER (WHERE d.decision = 'due')::int AS treated,
    count(*) FILTER (WHERE d.decision = 'held_out')::int AS control
FROM ({decided}) d
WHERE EXISTS (SELECT 1 FROM outflow o WHERE o.client_id = d.client_id AND o.on_day <= $1::date
    AND o.on_day > $1::date - {days})
"""
# whoever had an outflow that is ripe by now, whatever was sent to them: the level that a campaign starts from
LATELY = """
SELECT DISTINCT client_id, 'control' AS arm FROM outflow WHERE on_day <= $1::date AND on_day > $1::date - 30
"""
STEP = 0.001


@dataclass(frozen=True)
class Power:
    """Units of both groups that count for the goal, the share assumed without the campaign, and what would be seen.

    base_is_measured: the share is the bank's own of late, not an assumption. detectable None: too few to say anything.
    needed: how many would have to count to see `target` (a difference in shares), both groups together; None: enough.
    """

    goal: str
    days: int
    treated: int
    control: int
    base: float
    base_is_measured: bool
    detectable: float | None
    needed: int | None = None
    target: float = 0.05

    @property
    def sentence(self) -> str:
        """What can and can't be concluded, for people who plan campaigns."""
        name = goals.said(self.goal, self.days)
        if not self.control:
            return "没有对照组：活动结束后只知道有多少客户行动，说不出多少是活动带来的"
        who = goals.GOALS[self.goal].of
        count = f"能计入的{who}：发送组 {self.treated:,} 人、对照组 {self.control:,} 人"
        if self.detectable is None:
            return f"{count}。任一组不足 {comparing.FEWEST} 人，无论结果如何都不能下结论"
        base = f"{'近期' if self.base_is_measured else '假定'}对照水平 {100 * self.base:.1f}%"
        seen = f"{name}真实提升达到 {100 * self.detectable:.1f} 个百分点，才有八成把握看出来"
        if self.needed:
            seen += f"；要看出 {100 * self.target:g} 个百分点，约需 {self.needed:,} 人计入"
        return f"{count}（{base}）。{seen}"


async def of(audience: Audience, goal: str, days: int, counts: tuple[int, int]) -> Power:
    """The power of a campaign for a goal; counts: people who get it and people held out of this audience."""
    treated, control = counts
    base, is_measured = goals.GOALS[goal].usual, False
    if goal == "deposit_return":
        treated, control = await _enrolled(audience) if control else (treated, 0)
        if control and (measured := await _lately_returned(days)):
            base, is_measured = measured, True
    return figure(goal, days, treated, control, base, base_is_measured=is_measured)


def figure(goal: str, days: int, treated: int, control: int, base: float, *, base_is_measured: bool = False) -> Power:
    """The power for given sizes. Pure."""
    if min(treated, control) < comparing.FEWEST:
        return Power(goal, days, treated, control, base, base_is_measured, None)
    least = detectable(base, treated, control)
    found = Power(goal, days, treated, control, base, base_is_measured, least)
    if least <= found.target:
        return found
    share = control / (treated + control)
    return Power(goal, days, treated, control, base, base_is_measured, least, needed(base, found.target, share))


def detectable(base: float, treated: int, control: int) -> float:
    """The smallest rise over `base` that the two-sided 5 % test sees with power 80 %.

    Unlike intervals.detectable, which takes one rate for both groups, the treated group's share moves with the rise.
    """
    low, high = 0.0, 1.0 - base
    while high - low > STEP / 10:
        middle = (low + high) / 2
        if _chance(base, middle, treated, control) < intervals.POWER:
            low = middle
        else:
            high = middle
    return high


def needed(base: float, rise: float, control_share: float) -> int:
    """How many units in both groups together see a rise with power 80 %, at this share of the control group."""
    p = min(base + rise, 1.0)
    pooled = (1 - control_share) * p + control_share * base
    both = 1 / control_share + 1 / (1 - control_share)
    spread = p * (1 - p) / (1 - control_share) + base * (1 - base) / control_share
    top = _z(intervals.CONFIDENCE) * math.sqrt(pooled * (1 - pooled) * both) + _power_z() * math.sqrt(spread)
    return math.ceil((top / rise) ** 2)


def _chance(base: float, rise: float, treated: int, control: int) -> float:
    p = min(base + rise, 1.0)
    pooled = (treated * p + control * base) / (treated + control)
    under_none = math.sqrt(pooled * (1 - pooled) * (1 / treated + 1 / control))
    under_rise = math.sqrt(p * (1 - p) / treated + base * (1 - base) / control)
    if not under_rise:
        return 1.0 if rise else 0.0
    return NormalDist().cdf((rise - _z(intervals.CONFIDENCE) * under_none) / under_rise)


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def _power_z() -> float:
    return NormalDist().inv_cdf(intervals.POWER)


async def _enrolled(audience: Audience) -> tuple[int, int]:
    decided = await deciding.statement(audience, first=2)
    sql = ENROLLED.format(decided=decided.sql, days=deposit_return.STANDARD.open_days)
    row: Mapping[str, int] = await database.fetch_one(sql, clock.today(), *decided.arguments) or {}
    return row.get("treated", 0), row.get("control", 0)


async def _lately_returned(days: int) -> float | None:
    """The share of clients whose outflows came back within `days`, of the newest that are ripe; None: too few."""
    from_day = clock.today() - timedelta(days=days + 1)
    arm = (await measuring.measure(LATELY, [from_day], from_day, days)).control
    rate = arm.client_rate
    return rate if rate is not None and arm.events >= comparing.FEWEST and 0 < rate < 1 else None
