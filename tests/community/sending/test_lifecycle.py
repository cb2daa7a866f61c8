"""The table of legal moves: every state is reachable, ends stay ends, and nothing goes out twice without a look."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from community.sending import lifecycle
from community.sending.models import STATES


def test_the_table_knows_exactly_the_states_of_the_ledger() -> None:
    assert set(lifecycle.MOVES) == set(STATES)
    assert set().union(*lifecycle.MOVES.values()) | {"planned"} == set(STATES)
    assert {"delivered", "failed", "skipped"} == lifecycle.ENDED


@given(st.data())
def test_a_walk_calls_again_only_after_the_earlier_call_is_known_to_have_had_no_effect(data: st.DataObject) -> None:
    state, walk = "planned", ["planned"]
    while lifecycle.MOVES[state] and len(walk) < 30:
        state = data.draw(st.sampled_from(sorted(lifecycle.MOVES[state])))
        walk.append(state)
    for before, after in itertools.pairwise(walk):
        lifecycle.check(before, after)
        assert after != "requested" or before == "leased"
        assert after != "leased" or before == "planned"
    # once WeChat accepted, there is no way back
    if any(state in lifecycle.OUT for state in walk):
        first = next(place for place, state in enumerate(walk) if state in lifecycle.OUT)
        assert not {"planned", "leased", "requested", "unknown"} & set(walk[first:])


@given(st.sampled_from(STATES), st.sampled_from(STATES))
def test_an_illegal_move_raises(before: str, after: str) -> None:
    if lifecycle.may_follow(before, after):
        lifecycle.check(before, after)
        assert before in lifecycle.before(after)
    else:
        with pytest.raises(lifecycle.IllegalMove):
            lifecycle.check(before, after)
