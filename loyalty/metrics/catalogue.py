"""The figures kept by day: name, unit and the definition that stands behind every number on a page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A daily figure. unit: fen or count. is_level: a state at the day's end (else a sum over the day)."""

    name: str
    unit: str
    is_level: bool
    definition: str


FIGURES: dict[str, Figure] = {
    "assets": Figure(
        "总资产", "fen", True, "当日日终全部客户名下账户余额之和，含理财与基金；没有新流水的账户沿用上一日余额。"
    ),
    "deposits": Figure("存款", "fen", True, "当日日终全部客户名下存款类账户余额之和（活期、定期、大额存单）。"),
    "holders": Figure("有资产客户", "count", True, "当日日终总资产大于零的客户数。"),
    "outflow_amount": Figure(
        "存款流出",
        "fen",
        False,
        "当日认定的流出金额之和：客户 7 天内存款净流出本行，达到 5 万元与前 30 天日均存款 30% 中的较大者。"
        "本行内部转账和买理财不算。",
    ),
    "outflow_clients": Figure("流出客户", "count", False, "当日认定有存款流出的客户数；一位客户 30 天内只记一次。"),
    "return_due": Figure("应回流金额", "fen", False, "30 天前流出、当日满观察期的流出金额之和，是回流率的分母。"),
    "return_amount": Figure(
        "回流金额",
        "fen",
        False,
        "当日满 30 天的流出中已回来的金额：第 24 至 30 天的平均存款减去流出后第 1 至 3 天的平均存款，"
        "最低为零，最高为流出金额。取 7 天平均，月末冲时点不算。",
    ),
}

RETURN_RATE = (
    "存款回流率 = 回流金额 ÷ 应回流金额，按存款口径、30 天观察期计算。没有触达也会有一部分回流，"
    "所以活动效果只看触达组与随机对照组之差。"
)
