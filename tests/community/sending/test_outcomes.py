"""Each class of fault leads to its own next state; the pause before another try grows and is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.sending import outcomes
from wechat import faults
from wechat.faults import Blocked, Done, Later, Never, NotSent, Unknown, WeChatFault


def fault(kind: type[WeChatFault], **more: object) -> WeChatFault:
    return kind(side="wecom", api="test", reason="why", message="原因", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "state", "reason"),
    [
        (Done, "accepted", ""),
        (Never, "failed", "why"),
        (Unknown, "unknown", "why"),
        (Blocked, "planned", "channel_held"),
        (NotSent, "planned", "why"),
        (Later, "planned", "why"),
    ],
)
def test_the_class_of_the_fault_decides(kind: type[WeChatFault], state: str, reason: str) -> None:
    outcome = outcomes.of_fault(fault(kind), attempts=0)
    assert (outcome.state, outcome.reason) == (state, reason)
    assert bool(outcome.hold) == (kind in (Blocked, NotSent))
    assert outcome.refund == (kind in (Blocked, NotSent))


@given(st.integers(0, 40), st.floats(0, 20_000), st.floats(0, 1))
def test_a_pause_is_never_shorter_than_asked_for_and_never_much_longer_than_an_hour_by_itself(
    attempts: int, least: float, jitter: float
) -> None:
    pause = outcomes.back_off(attempts, least, jitter)
    assert pause >= least
    assert pause <= max(least, outcomes.LONGEST_S) * 1.5


def test_later_gives_up_after_some_attempts() -> None:
    assert outcomes.of_fault(fault(Later), attempts=outcomes.ATTEMPTS - 1).reason == "gave_up"


def test_a_busy_platform_is_asked_again_after_one_four_and_fifteen_seconds_and_then_no_more() -> None:
    busy = faults.of_answer("official_account", "message/custom/send", {"errcode": -1})
    tries = [outcomes.of_fault(busy, attempts, jitter=0) for attempts in range(4)]
    assert [one.after for one in tries] == [1, 4, 15, None]
    assert tries[-1].reason == "gave_up"
