"""The wording rules against sentences that people labelled: what is stopped, and what is stopped without need."""

from __future__ import annotations

import pytest

from tests.campaigns.content import labelled, measuring


def test_there_are_at_least_two_thousand_sentences_of_all_sorts() -> None:
    whole = [one for part in measuring.PARTS for one in labelled.of(part)]
    by_hand = [one for one in whole if one.way == "hand"]
    assert len({one.text for one in whole}) >= 2_000
    assert len(by_hand) >= 1_300
    assert sum(not one.is_banned for one in by_hand) >= 500
    assert {one.way for one in whole} >= {"signs", "unseen", "pictures", "struck", "spaces", "wide"}
    held_out = sum(len(labelled.of(part)) for part in measuring.PARTS[1:])
    assert held_out >= len(whole) / 3


@pytest.mark.parametrize("part", measuring.PARTS)
def test_what_is_forbidden_is_found_and_what_is_fine_passes(part: str) -> None:
    found = measuring.measure(labelled.of(part))
    assert found.recall >= 0.99, [one.text for one in found.missed]
    assert found.false_alarms <= 0.03, [one.text for one in found.alarmed]
