"""The language of journeys: where each step leads, and what the editor may do to the list of steps."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.journeys import definition, presets
from campaigns.journeys.definition import END
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.wait import after
from kernel import clock, holidays
from kernel.errors import Refused
from tests.campaigns.journeys.conftest import rules, step


def test_what_follows_a_fork_follows_each_of_its_ways() -> None:
    ways = {"yes": [step("tag", "s2", tag="a")], "no": []}
    written = rules(step("branch", "s1", ways=ways), step("tag", "s3", tag="b"))
    nodes = definition.nodes(written)
    assert nodes["s1"].leads == {"yes": "s2", "no": "s3"}
    assert nodes["s2"].leads == {"": "s3"}
    assert nodes["s3"].leads == {"": END}


def test_control_and_leaving_lead_to_the_end() -> None:
    draw = step("split", "s1", ways={"a": [step("leave", "s2")]})
    nodes = definition.nodes(rules(draw, step("tag", "s3", tag="b")))
    assert nodes["s1"].leads == {"a": "s2", "b": "s3", "control": END}
    assert nodes["s2"].leads == {"": END}


def test_steps_are_put_in_moved_and_taken_out_at_their_place() -> None:
    written = rules(step("wait", "s1"), step("branch", "s2"))
    definition.insert(written, step("tag", definition.new_code(written)), "in.s2.no")
    definition.insert(written, step("tag", definition.new_code(written)), "top")
    definition.insert(written, step("send", definition.new_code(written)), "after.s1")
    assert [one.step["code"] for one in definition.steps_of(written)] == ["s4", "s1", "s5", "s2", "s3"]
    definition.move(written, "s4", 1)
    definition.remove(written, "s2")
    assert [one.step["code"] for one in definition.steps_of(written)] == ["s1", "s4", "s5"]
    # a code is never given again: what was sent under it stays known by it
    assert definition.new_code(written) == "s6"
    with pytest.raises(Refused):
        definition.insert(written, step("tag", "s9"), "in.s1.yes")


@pytest.mark.parametrize("preset", presets.all_presets(), ids=lambda one: one.code)
def test_every_template_is_whole(preset: presets.Preset) -> None:
    written = preset.make()
    definition.check_shape(written)
    placed = definition.steps_of(written)
    assert [one.step["code"] for one in placed] == [f"s{number}" for number in range(1, len(placed) + 1)]
    for one in placed:
        kind = registry.of(one.step["kind"])
        assert [found for found in kind.check(one.step["params"], one.step["code"]) if found.is_blocking] == []
        assert kind.say(one.step["params"])
    assert written["goal"]["event"]


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),  # noqa: DTZ001  # wall clocks
    st.integers(0, 30),
    st.integers(0, 50),
    st.sampled_from(["", "09:00", "18:30"]),
    st.booleans(),
)
def test_a_wait_is_never_shorter_than_its_days_and_ends_when_it_says(
    wall: datetime, days: int, hours: int, at: str, working: bool
) -> None:
    now = clock.at_local(wall.date(), wall.time())
    ends = after({"days": days, "hours": hours, "at": at, "working": working}, now)
    local = clock.local(ends)
    assert local.date() >= clock.local(now).date() + timedelta(days=days)
    assert not at or local.strftime("%H:%M") == at
    assert not working or holidays.is_working(local.date())
    assert days or ends >= now + timedelta(hours=hours) or not hours
