"""The tier rule on worked examples of banks' published rules."""

from __future__ import annotations

import pytest

from loyalty.tiers import policies, rules
from loyalty.tiers.rules import Standing

WAN = 10_000_00


def policy(code: str) -> rules.Policy:
    return rules.read_policy(policies.presets()[code]["definition"])


def walk(code: str, *averages_wan: float, start: str | None = None) -> list[Standing]:
    scheme = policy(code)
    now, seen = Standing(start or scheme.tiers[0].code), []
    for average in averages_wan:
        now = rules.next_standing(now, round(average * WAN), scheme)
        seen.append(now)
    return seen


def test_three_months_below_lead_to_the_level_of_the_third_month() -> None:
    after = walk("cmb", 60, 40, 40, 30)
    assert [standing.tier for standing in after] == ["sunflower", "sunflower", "sunflower", "gold"]
    assert [standing.months_below >= policy("cmb").watch_from for standing in after] == [False, True, True, False]


def test_a_month_back_above_the_threshold_clears_the_watch() -> None:
    after = walk("cmb", 60, 40, 40, 55)
    assert after[-1] == Standing("sunflower", 0)


@pytest.mark.parametrize(
    ("average_wan", "tier"),
    [(4.99, "basic"), (5, "gold"), (49.99, "gold"), (50, "sunflower"), (500, "diamond"), (1000, "private")],
)
def test_the_published_cut_offs_are_inclusive(average_wan: float, tier: str) -> None:
    assert walk("cmb", average_wan)[0].tier == tier


def test_bohai_private_clients_have_six_months_and_fall_to_the_level_of_the_sixth() -> None:
    after = walk("bohai", 700, 500, 500, 500, 500, 500, 30)
    assert [standing.tier for standing in after] == ["private"] * 6 + ["gold"]


def test_ccb_warns_after_three_months_and_falls_to_the_best_of_six() -> None:
    after = walk("ccb", 1200, 100, 350, 10, 10, 10, 10)
    assert [standing.tier for standing in after] == ["private"] * 6 + ["wealth"]
    watched = [standing.months_below >= policy("ccb").watch_from for standing in after]
    assert watched == [False, False, False, True, True, True, False]


def test_a_raise_skips_tiers_and_counts_at_the_next_review() -> None:
    assert walk("cmb", 3, 600)[-1] == Standing("diamond")


@pytest.mark.parametrize(
    ("definition", "fault"),
    [
        ({}, "tiers"),
        ({"tiers": [{"code": "a", "name": "A", "threshold_fen": 1}]}, "begins at 0"),
        ({"tiers": [{"code": "a", "name": "A", "threshold_fen": 0}] * 2}, "thresholds must rise"),
        ({"tiers": [{"code": "a", "name": "A", "threshold_fen": 0.5}]}, "whole number"),
        ({"tiers": [{"code": "a", "name": "A", "threshold_fen": 0}], "drop": "soon"}, "drop"),
        ({"tiers": [{"code": "a", "name": "A", "threshold_fen": 0}], "watch_from": 0}, "watch_from"),
    ],
)
def test_a_faulty_policy_is_refused_with_its_fault(definition: dict[str, object], fault: str) -> None:
    with pytest.raises(rules.BadPolicy, match=fault):
        rules.read_policy(definition)
