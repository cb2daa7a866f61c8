"""The table of moves is complete, closed and says no in words."""

import pytest

from campaigns.planning import lifecycle
from campaigns.planning.models import STATES
from kernel.errors import Refused


def test_every_state_and_verb_has_a_name() -> None:
    assert set(lifecycle.NAMES) == set(STATES)
    assert set(lifecycle.VERBS) == set(lifecycle.MOVES)


def test_only_another_try_for_the_unsent_leads_out_of_the_end() -> None:
    out = {verb for verb, (origins, _) in lifecycle.MOVES.items() if {"finished", "cancelled"} & set(origins)}
    assert out == {"resend"}
    assert not any("cancelled" in origins for origins, _ in lifecycle.MOVES.values())


def test_nothing_is_sent_without_passing_approval() -> None:
    reachable, before = {"draft"}, set[str]()
    while reachable != before:
        before = set(reachable)
        for verb, (origins, target) in lifecycle.MOVES.items():
            if verb != "approve" and reachable & set(origins):
                reachable.add(target)
    assert reachable == {"draft", "submitted", "cancelled"}


def test_an_edit_of_anything_not_yet_sent_leads_back_to_draft() -> None:
    for state in ("draft", "submitted", "approved", "scheduled", "held"):
        assert lifecycle.after("edit", state) == "draft"


@pytest.mark.parametrize("state", ["sending", "paused", "finished", "cancelled"])
def test_what_was_sent_is_not_edited(state: str) -> None:
    with pytest.raises(Refused, match="不能修改"):
        lifecycle.after("edit", state)
