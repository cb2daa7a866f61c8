"""A voucher of a fixed worth."""

from __future__ import annotations

from loyalty.rewards.models import Benefit

LABEL = "代金券"


def check(benefit: Benefit) -> str:
    """A voucher must be worth something."""
    return "" if benefit.value_fen > 0 else "代金券面值必须大于零"


def thanks(benefit: Benefit) -> str:
    """What the client is told beside the name."""
    return f"面值 {benefit.value_fen / 100:g} 元"
