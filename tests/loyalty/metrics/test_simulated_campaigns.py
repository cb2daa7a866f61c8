"""A thousand campaigns of a known effect: intervals hold it as often as they say, and nothing is found in nothing.

Clients are drawn by the product's own hash; what they do is drawn by chance, by their arm. Seeds are fixed before.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy
import pytest
from numpy.random import Generator, default_rng

from campaigns.audience import sampling
from loyalty.metrics import comparing, intervals
from loyalty.metrics.comparing import Arm
from loyalty.metrics.intervals import Sums

CAMPAIGNS = 1000
SEED = 20261125
CLIENTS = 4000
SPREAD = 1.5
"""Sigma of the logarithm of amounts: a few clients move most of the money, as in a bank."""
BACK = 0.50
EFFECT = 0.05


class Outcome(NamedTuple):
    """What one simulated campaign said."""

    by_clients: comparing.Comparison
    by_amount: comparing.Comparison
    sample_ratio_p: float


def drawn(salt: str, control_percent: int, clients: int = CLIENTS) -> numpy.ndarray:
    """Who is treated, by the draw that campaigns use."""
    arms = (sampling.arm(sampling.bucket(salt, client), control_percent) for client in range(clients))
    return numpy.fromiter((one == "treated" for one in arms), bool, clients)


def arm_of(amounts: numpy.ndarray, shares: numpy.ndarray) -> Arm:
    """One arm's events in whole fen, as the product adds them up."""
    pairs = [(int(a), int(a * s)) for a, s in zip(amounts, shares, strict=True)]
    sums = Sums(
        len(pairs),
        sum(a for a, _ in pairs),
        sum(r for _, r in pairs),
        sum(a * a for a, _ in pairs),
        sum(r * r for _, r in pairs),
        sum(a * r for a, r in pairs),
    )
    returned = sum(2 * r >= a for a, r in pairs)
    return Arm(len(pairs), returned, sums, sum(r / a for a, r in pairs) / max(len(pairs), 1))


def campaign(chance: Generator, number: int, control_percent: int, effect: float) -> Outcome:
    """One campaign: whoever comes back brings 60 to 100 % of the amount, so the share back is 80 % of the rate."""
    treated = drawn(f"sim{SEED}-{number}", control_percent)
    amounts = numpy.exp(chance.normal(math.log(20_000_000), SPREAD, len(treated))).astype(numpy.int64) + 1
    back = chance.random(len(treated)) < BACK + effect * treated
    shares = numpy.where(back, chance.uniform(0.6, 1.0, len(treated)), 0.0)
    p = intervals.sample_ratio([int(treated.sum()), int((~treated).sum())], [100 - control_percent, control_percent])
    one, two = arm_of(amounts[treated], shares[treated]), arm_of(amounts[~treated], shares[~treated])
    return Outcome(
        comparing.compare(one, two, sample_ratio_p=p), comparing.compare(one, two, by="amount", sample_ratio_p=p), p
    )


def covers(comparison: comparing.Comparison, truth: float) -> bool:
    """Whether the interval holds the truth; a campaign whose arms alarm says nothing and can't be wrong."""
    return comparison.difference is None or comparison.difference.low <= truth <= comparison.difference.high


@pytest.mark.prove
@pytest.mark.parametrize("control_percent", [50, 20])
def test_intervals_hold_a_known_effect_as_often_as_they_say(control_percent: int) -> None:
    chance = default_rng(SEED + control_percent)
    found = [campaign(chance, number, control_percent, EFFECT) for number in range(CAMPAIGNS)]
    clients = sum(covers(one.by_clients, EFFECT) for one in found) / CAMPAIGNS
    amount = sum(covers(one.by_amount, 0.8 * EFFECT) for one in found) / CAMPAIGNS
    print(f"\ncontrol {control_percent} %: coverage {clients:.1%} by clients, {amount:.1%} by amount")
    assert 0.936 <= clients <= 0.964
    assert 0.936 <= amount <= 0.964


@pytest.mark.prove
def test_where_nothing_was_done_every_p_is_as_likely_and_one_in_twenty_is_taken_for_an_effect() -> None:
    from scipy.stats import kstest

    chance = default_rng(SEED)
    found = [campaign(chance, number, 50, 0.0) for number in range(CAMPAIGNS)]
    for name in ("by_clients", "by_amount"):
        p = [one.p for one in (getattr(outcome, name) for outcome in found) if one.p is not None]
        uniform = kstest(p, "uniform").pvalue
        false_alarms = sum(getattr(outcome, name).verdict in ("effect", "harm") for outcome in found) / CAMPAIGNS
        print(f"\n{name}: {len(p)} p values, uniform with p = {uniform:.3f}, taken for an effect {false_alarms:.1%}")
        assert uniform > 0.01
        assert 0.036 <= false_alarms <= 0.064


@pytest.mark.prove
def test_the_sample_ratio_alarms_for_lost_clients_and_hardly_ever_else() -> None:
    draws = [drawn(f"ratio{SEED}-{number}", 20) for number in range(CAMPAIGNS)]
    true = [intervals.sample_ratio([int(one.sum()), int((~one).sum())], [80, 20]) for one in draws]
    # one in five of the control group was lost on the way
    lost = [intervals.sample_ratio([int(one.sum()), int((~one).sum() * 0.8)], [80, 20]) for one in draws]
    alarms = sum(p < intervals.SRM_ALARM for p in true), sum(p < intervals.SRM_ALARM for p in lost)
    print(f"\nalarms: {alarms[0]} of {CAMPAIGNS} true draws, {alarms[1]} of {CAMPAIGNS} with lost clients")
    assert alarms[0] <= 4
    assert alarms[1] >= 0.95 * CAMPAIGNS
