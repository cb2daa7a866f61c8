"""What may be said about treated and control, in whole sentences."""

from __future__ import annotations

from loyalty.metrics.comparing import Arm, compare
from loyalty.metrics.intervals import Sums


def arm(events: int, returned: int) -> Arm:
    amounts = [100_00] * events
    back = [100_00] * returned + [0] * (events - returned)
    sums = Sums(
        events,
        sum(amounts),
        sum(back),
        sum(a * a for a in amounts),
        sum(b * b for b in back),
        sum(a * b for a, b in zip(amounts, back, strict=True)),
    )
    return Arm(events, returned, sums, returned / max(events, 1))


def test_an_effect_is_said_with_both_rates_and_the_interval() -> None:
    found = compare(arm(9000, 2430), arm(1000, 220))
    assert (found.verdict, found.label) == ("effect", "有效果")
    assert found.sentence == (
        "有效果：触达组回流客户率 27.0%，对照组 22.0%，相差 +5.0 个百分点（95% 区间 +2.2 至 +7.6），区间不包含 0。"
    )


def test_an_interval_that_holds_zero_says_what_can_be_ruled_out() -> None:
    found = compare(arm(400, 110), arm(400, 100))
    assert found.verdict == "none"
    assert "区间包含 0" in found.sentence
    assert "可以排除" in found.sentence


def test_a_loss_is_called_a_loss() -> None:
    assert compare(arm(1000, 100), arm(1000, 200)).label == "结果为负"


def test_too_few_events_give_no_difference_at_all() -> None:
    found = compare(arm(500, 200), arm(29, 1))
    assert (found.verdict, found.difference) == ("few", None)
    assert "%" not in found.sentence


def test_arms_that_were_not_drawn_as_planned_give_no_effect() -> None:
    found = compare(arm(9000, 2430), arm(1000, 220), sample_ratio_p=0.0001)
    assert (found.verdict, found.difference) == ("broken", None)


def test_amounts_are_compared_with_their_own_wider_interval() -> None:
    found = compare(arm(9000, 2430), arm(1000, 220), by="amount")
    assert found.difference is not None
    assert round(found.difference.estimate, 4) == 0.05
    assert "金额回流率" in found.sentence


def test_nothing_is_compared_while_events_are_still_open() -> None:
    found = compare(arm(1000, 200), arm(1000, 100), pending=3)
    assert (found.verdict, found.label, found.difference) == ("early", "观察中", None)
    assert "3 笔" in found.sentence
    assert "%" not in found.sentence
