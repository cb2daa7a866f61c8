"""Intervals and tests for rates of two groups: Wilson, Newcombe, ratio of sums, sample ratio, power. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

CONFIDENCE = 0.95
POWER = 0.80
SRM_ALARM = 0.0005


@dataclass(frozen=True)
class Interval:
    """An estimate with its lower and upper bound."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True)
class Sums:
    """What a ratio of sums needs of n units with amounts a (the whole) and r (the part), all exact integers."""

    n: int
    a: int
    r: int
    aa: int
    rr: int
    ar: int


def wilson(successes: int, n: int, confidence: float = CONFIDENCE) -> Interval:
    """Score interval of a proportion (Wilson 1927; Newcombe 1998, method 3)."""
    z = _z(confidence)
    p, half = successes / n, z * math.sqrt(successes / n * (1 - successes / n) / n + z * z / (4 * n * n))
    middle, scale = p + z * z / (2 * n), 1 + z * z / n
    return Interval(p, max(0.0, (middle - half) / scale), min(1.0, (middle + half) / scale))


def newcombe(x1: int, n1: int, x2: int, n2: int, confidence: float = CONFIDENCE) -> Interval:
    """Difference of two proportions, first minus second: hybrid score interval (Newcombe 1998, method 10)."""
    one, two = wilson(x1, n1, confidence), wilson(x2, n2, confidence)
    difference = one.estimate - two.estimate
    below = math.hypot(one.estimate - one.low, two.high - two.estimate)
    above = math.hypot(one.high - one.estimate, two.estimate - two.low)
    return Interval(difference, max(-1.0, difference - below), min(1.0, difference + above))


def ratio_difference(first: Sums, second: Sums, confidence: float = CONFIDENCE) -> Interval:
    """Sum of parts over sum of wholes, first group minus second, with the delta-method interval over units.

    A binomial interval would be far too narrow: amounts differ by orders of magnitude.
    """
    difference = first.r / first.a - second.r / second.a
    half = _z(confidence) * math.sqrt(_ratio_variance(first) + _ratio_variance(second))
    return Interval(difference, difference - half, difference + half)


def p_of_difference(x1: int, n1: int, x2: int, n2: int) -> float:
    """Two-sided p of two proportions being one and the same: the pooled z test without correction."""
    pooled = (x1 + x2) / (n1 + n2)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return _p((x1 / n1 - x2 / n2) / error) if error else 1.0


def p_of_ratios(first: Sums, second: Sums) -> float:
    """Two-sided p of two ratios of sums being one and the same, by the delta method."""
    error = math.sqrt(_ratio_variance(first) + _ratio_variance(second))
    return _p((first.r / first.a - second.r / second.a) / error) if error else 1.0


def sample_ratio(counts: list[int], planned: list[float]) -> float:
    """p of the chi-square test that units fell into arms as planned (shares in any scale)."""
    # here, not above: few processes ever need it, and it is slow to load
    from scipy.special import chdtrc

    total, whole = sum(counts), sum(planned)
    expected = [total * share / whole for share in planned]
    chi_square = sum((seen - due) ** 2 / due for seen, due in zip(counts, expected, strict=True))
    return float(chdtrc(len(counts) - 1, chi_square))


def detectable(p: float, n1: int, n2: int) -> float:
    """The smallest difference that groups of these sizes show with power 80 % around the rate p."""
    scale = _z(CONFIDENCE) + NormalDist().inv_cdf(POWER)
    return scale * math.sqrt(max(p * (1 - p), 0.01) * (1 / n1 + 1 / n2))


def _ratio_variance(sums: Sums) -> float:
    if sums.n < 2:
        return math.inf
    # sum of (r - rate * a)^2 in whole numbers: with floats of 10^30 the differences would drown
    squares = sums.rr * sums.a**2 - 2 * sums.ar * sums.r * sums.a + sums.aa * sums.r**2
    return squares / sums.a**4 * sums.n / (sums.n - 1)


def _p(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)
