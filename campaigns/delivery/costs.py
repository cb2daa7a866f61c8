"""What a returned deposit cost: the campaign's cost over what came back because of it. Pure.

Only the difference to the control group counts, so there is no figure while that difference may be nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

from loyalty.metrics.comparing import Arm, Comparison

WAN_FEN = 1_000_000


@dataclass(frozen=True)
class Cost:
    """Fen per 10,000 yuan (万元) that came back beyond the control group, with the bounds of the 95 % interval.

    returned_fen: what came back because of the campaign. per_wan_high_fen is the dear end.
    """

    cost_fen: int
    returned_fen: int
    per_wan_fen: int
    per_wan_low_fen: int
    per_wan_high_fen: int


def per_return(cost_fen: int | None, treated: Arm, amount: Comparison) -> Cost | None:
    """The cost per returned 万元; None without a cost, without a comparison, or while the interval holds 0."""
    difference = amount.difference
    if not cost_fen or difference is None or difference.low <= 0:
        return None
    lost = treated.sums.a
    each = [
        round(cost_fen * WAN_FEN / (rate * lost)) for rate in (difference.estimate, difference.high, difference.low)
    ]
    return Cost(cost_fen, round(difference.estimate * lost), each[0], each[1], each[2])
