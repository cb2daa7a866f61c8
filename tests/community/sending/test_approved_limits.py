"""What was approved under caps and quiet hours is not sent under looser ones, whatever holds on the day."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, time, timedelta

import pytest

from community.sending import policies, streams
from community.sending.gate import Deny, Facts, may_send
from community.sending.models import Send, Stream
from community.sending.policies import Policy
from tests.community.sending.staging import Stage, drain, stream_of

EVENING = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)
LOOSE = Policy(daily_cap=9, monthly_cap=99, quiet_from=time(0), quiet_until=time(0))


def test_a_policy_is_told_and_read_again_and_each_number_is_the_narrower_one() -> None:
    approved = Policy(1, 20, time(20), time(9), 5, 3)
    assert policies.read(policies.told(approved)) == approved
    day = Policy(3, 10, time(22), time(7), 1, 2)
    assert policies.stricter(day, approved) == Policy(1, 10, time(22), time(7), 5, 2)


def test_quiet_hours_are_those_of_the_day_and_those_of_the_approval() -> None:
    case = Facts(EVENING, "marketing", "oa_service", has_consent=True, daily_cap=1, monthly_cap=1, window_left=1,
                 window_until=EVENING + timedelta(hours=1))  # fmt: skip
    both = dataclasses.replace(
        case, quiet_from=time(20), quiet_until=time(22), approved_quiet_from=time(20, 30), approved_quiet_until=time(8)
    )
    said = may_send(both)
    assert isinstance(said, Deny)
    assert said.until == datetime(2026, 11, 21, 0, 0, tzinfo=UTC), "eight in the morning in Shanghai"
    alone = may_send(dataclasses.replace(both, quiet_from=time(0), quiet_until=time(0)))
    assert isinstance(alone, Deny)
    assert may_send(dataclasses.replace(both, purpose="service")) == may_send(dataclasses.replace(case))


@pytest.mark.usefixtures("awake")
async def test_a_looser_policy_of_a_later_day_does_not_widen_what_was_approved(stage: Stage) -> None:
    people = await stage.followers(2)
    kept = await streams.open_stream("批准时每天一条", limits=dataclasses.replace(LOOSE, daily_cap=1))
    for _ in range(2):
        stream_id = await stream_of(people, "oa_service")
        await Stream.filter(id=stream_id).update(limits=(await Stream.get(id=kept)).limits)
        await drain(stream_id)
    reasons = await Send.filter(state="skipped").values_list("reason", flat=True)
    assert list(reasons) == ["daily_cap"] * 2
    assert sum((await stage.reached()).values()) == 2
