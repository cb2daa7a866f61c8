"""A visit to an airport lounge."""

from __future__ import annotations

from loyalty.rewards.models import Benefit

LABEL = "机场贵宾厅"


def check(benefit: Benefit) -> str:
    """The description says which airports."""
    return "" if benefit.description else "请在说明里写明可用的机场"


def thanks(_benefit: Benefit) -> str:
    """What the client is told beside the name."""
    return "可使用一次"
