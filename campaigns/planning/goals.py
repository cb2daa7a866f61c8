"""What a campaign is for and what it must not cost: goals and guard-rails with their limits. Plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kernel.errors import Refused

MOST_PERCENT = 50.0


@dataclass(frozen=True)
class Goal:
    """What is compared between the treated and the control group.

    days: over how many days it may be read, the first one unless chosen. usual: the share of the control group that is
    assumed where nothing was measured yet. of: who counts, in words for staff.
    """

    code: str
    label: str
    days: tuple[int, ...]
    usual: float
    of: str


@dataclass(frozen=True)
class Guard:
    """A figure that a campaign may worsen only so far; `limit`: the percent of reached clients suggested."""

    code: str
    label: str
    limit: float


GOALS = {
    goal.code: goal
    for goal in (
        Goal("deposit_return", "存款回流率", (30, 7, 60, 90), 0.20, "近期有存款流出的客户"),
        Goal("active", "主动互动率", (7, 14, 30), 0.10, "客户"),
    )
}
GUARDS = {
    guard.code: guard
    for guard in (
        Guard("opt_out", "退订", 1.0),
        Guard("complaint", "投诉", 0.3),
        Guard("lost", "解除好友或取消关注", 1.0),
    )
}
PLAIN = ("deposit_return", 30)
"""The goal of whoever chooses none."""


def check(goal: str, days: int, limits: Mapping[str, float]) -> None:
    """Refused: no such goal, days it isn't read over, no such guard-rail or a limit that can't be."""
    if goal not in GOALS:
        raise Refused("没有这个衡量目标", code="goal.unknown")
    if days not in GOALS[goal].days:
        raise Refused(f"{GOALS[goal].label}没有 {days} 天的口径", code="goal.days")
    for code, limit in limits.items():
        if code not in GUARDS:
            raise Refused("没有这项护栏指标", code="guard.unknown")
        if not 0 < limit <= MOST_PERCENT:
            raise Refused(f"护栏上限须大于 0、不超过 {MOST_PERCENT:g}%", code="guard.limit")


def said(goal: str, days: int) -> str:
    """A goal in words, for example 30 天存款回流率."""
    return f"{days} 天{GOALS[goal].label}" if goal in GOALS else ""
