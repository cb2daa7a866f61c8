"""Treated against control, and the sentence that may be said about it: never a bare percentage. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.metrics import intervals
from loyalty.metrics.intervals import Interval, Sums

FEWEST = 30
VERDICTS = {
    "effect": "有效果",
    "none": "未显示效果",
    "harm": "结果为负",
    "few": "数据不足",
    "early": "观察中",
    "broken": "分组异常",
}


@dataclass(frozen=True)
class Arm:
    """One arm's events: how many, of them returned (half of the amount or more), exact sums of amounts, mean ratio."""

    events: int
    returned: int
    sums: Sums
    mean_ratio: float

    @property
    def client_rate(self) -> float | None:
        """Share of events that returned; None without events."""
        return self.returned / self.events if self.events else None

    @property
    def amount_rate(self) -> float | None:
        """Returned amount over lost amount; None without events."""
        return self.sums.r / self.sums.a if self.sums.a else None


@dataclass(frozen=True)
class Comparison:
    """Rates of both arms (0 to 1), their difference with its 95 % interval, and what may be said.

    difference None: there are not enough events to say anything, or some are still open. p: two-sided, that the arms
    don't differ.
    """

    treated: float | None
    control: float | None
    difference: Interval | None
    verdict: str
    sentence: str
    p: float | None = None

    @property
    def label(self) -> str:
        """The verdict in a word for staff."""
        return VERDICTS[self.verdict]


def compare(
    treated: Arm, control: Arm, *, by: str = "clients", sample_ratio_p: float | None = None, pending: int = 0
) -> Comparison:
    """Compare two arms by rate of clients (Newcombe's interval) or of amounts (delta method).

    sample_ratio_p: of the test that arms have the planned sizes; below the alarm no effect is claimed. pending: events
    whose windows are not over. While there are any, nothing is compared: who looks every day finds an effect in noise.
    """
    word = {"clients": "回流客户率", "amount": "金额回流率"}[by]
    rates = (treated.client_rate, control.client_rate) if by == "clients" else (
        treated.amount_rate, control.amount_rate
    )  # fmt: skip
    if sample_ratio_p is not None and sample_ratio_p < intervals.SRM_ALARM:
        return Comparison(
            *rates, None, "broken", "分组异常：触达组与对照组的人数偏离计划比例，结果不能用，请先查明原因。"
        )
    if pending:
        return Comparison(
            *rates, None, "early", f"观察中：还有 {pending:,} 笔流出未满观察期，期满之前不作比较，以免提前下结论。"
        )
    if min(treated.events, control.events) < FEWEST:
        return Comparison(
            *rates,
            None,
            "few",
            f"数据不足：触达组 {treated.events:,} 笔、对照组 {control.events:,} 笔流出已满观察期，"
            f"各满 {FEWEST} 笔才能比较。",
        )
    if by == "clients":
        interval = intervals.newcombe(treated.returned, treated.events, control.returned, control.events)
        p = intervals.p_of_difference(treated.returned, treated.events, control.returned, control.events)
    else:
        interval = intervals.ratio_difference(treated.sums, control.sums)
        p = intervals.p_of_ratios(treated.sums, control.sums)
    verdict = "effect" if interval.low > 0 else "harm" if interval.high < 0 else "none"
    return Comparison(*rates, interval, verdict, _sentence(word, rates, interval, verdict), p)


def _sentence(word: str, rates: tuple[float | None, float | None], interval: Interval, verdict: str) -> str:
    treated, control = (f"{100 * rate:.1f}%" for rate in rates if rate is not None)
    low, high = f"{100 * interval.low:+.1f}", f"{100 * interval.high:+.1f}"
    gap = f"相差 {100 * interval.estimate:+.1f} 个百分点（95% 区间 {low} 至 {high}）"
    facts = f"触达组{word} {treated}，对照组 {control}，{gap}"
    if verdict == "none":
        return f"未显示效果：{facts}，区间包含 0；高于 {high} 个百分点的提升可以排除。"
    return f"{VERDICTS[verdict]}：{facts}，区间不包含 0。"
