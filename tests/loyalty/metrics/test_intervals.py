"""Intervals and tests agree with published numbers and with simulation."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.metrics import intervals
from loyalty.metrics.intervals import Sums


def sums_of(pairs: list[tuple[int, int]]) -> Sums:
    return Sums(
        len(pairs),
        sum(a for a, _ in pairs),
        sum(r for _, r in pairs),
        sum(a * a for a, _ in pairs),
        sum(r * r for _, r in pairs),
        sum(a * r for a, r in pairs),
    )


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe_1998(successes: int, n: int, low: float, high: float) -> None:
    found = intervals.wilson(successes, n)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_the_worked_difference_of_the_definition() -> None:
    found = intervals.newcombe(2430, 9000, 220, 1000)
    assert [round(100 * value, 2) for value in (found.estimate, found.low, found.high)] == [5.0, 2.18, 7.63]


@pytest.mark.parametrize(
    ("counts", "planned", "p"),
    [
        ([821_588, 815_482], [1, 1], 1.82e-6),
        ([44_000, 45_000], [1, 1], 0.00080),
        ([1_000, 1_200], [1, 1], 2.01e-5),
        ([9_100, 900], [90, 10], 0.00086),
        ([1_512_488, 1_487_512], [1, 1], 3.9e-47),
    ],
)
def test_sample_ratio_agrees_with_published_cases(counts: list[int], planned: list[float], p: float) -> None:
    assert intervals.sample_ratio(counts, planned) == pytest.approx(p, rel=0.01)


@pytest.mark.parametrize(
    ("control", "treated", "treated_n", "control_n"),
    [(0.20, 0.25, 1094, 1094), (0.50, 0.55, 1565, 1565), (0.50, 0.60, 388, 388), (0.55, 0.66, 309, 309),
     (0.55, 0.57, 9669, 9669), (0.55, 0.57, 9 * 5363, 5363), (0.55, 0.66, 9 * 168, 168)],
)  # fmt: skip
def test_the_detectable_difference_agrees_with_the_sample_sizes_of_the_definition(
    control: float, treated: float, treated_n: int, control_n: int
) -> None:
    found = intervals.detectable((control + treated) / 2, treated_n, control_n)
    assert found == pytest.approx(treated - control, rel=0.02)


def test_the_detectable_difference_shrinks_with_the_groups() -> None:
    assert intervals.detectable(0.5, 100, 100) > intervals.detectable(0.5, 400, 400)


def test_the_interval_of_a_difference_of_amount_rates_covers_the_truth_as_often_as_it_says() -> None:
    dice, covered, runs = random.Random(7), 0, 400

    def arm(rate: float) -> Sums:
        amounts = [round(dice.lognormvariate(11, 1.0)) for _ in range(300)]
        return sums_of([(amount, amount if dice.random() < rate else 0) for amount in amounts])

    for _ in range(runs):
        found = intervals.ratio_difference(arm(0.35), arm(0.3))
        covered += found.low <= 0.05 <= found.high
    assert 0.91 <= covered / runs <= 0.98


@given(st.integers(1, 400), st.integers(1, 400), st.data())
def test_newcombe_contains_its_estimate_and_turns_with_the_arms(n1: int, n2: int, data: st.DataObject) -> None:
    x1, x2 = data.draw(st.integers(0, n1)), data.draw(st.integers(0, n2))
    one, other = intervals.newcombe(x1, n1, x2, n2), intervals.newcombe(x2, n2, x1, n1)
    assert -1 <= one.low <= one.estimate + 1e-12
    assert one.estimate <= one.high + 1e-12 <= 1 + 2e-12
    assert one.low == pytest.approx(-other.high)
