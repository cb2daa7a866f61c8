"""The rule against an independent reference: the law's sentences as a table of prohibitions, each with its own test."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

import pytest

from community.suitability import rule
from community.suitability.models import PRODUCT_CLASSES
from community.suitability.rule import ClientFacts, ProductFacts

EIGHT = timedelta(hours=8)
CLASSES = (*PRODUCT_CLASSES, "something_new")
EDGES = tuple(
    timedelta(**gap)
    for gap in (
        {},
        {"microseconds": 1},
        {"microseconds": -1},
        {"seconds": 1},
        {"seconds": -1},
        {"hours": 8},
        {"days": -1},
    )
)


class Case(NamedTuple):
    """One question to the rule."""

    product: ProductFacts
    client: ClientFacts
    way: str
    at: datetime
    open_level: int


def wall(moment: datetime) -> tuple[int, ...]:
    # no summer time in China since 1992: eight hours are eight hours
    local = moment.astimezone(UTC) + EIGHT
    return (local.year, local.month, local.day, local.hour, local.minute, local.second, local.microsecond)


def a_year_on(moment: datetime) -> tuple[int, ...]:
    year, month, day, *rest = wall(moment)
    return (year + 1, month, 28 if (month, day) == (2, 29) else day, *rest)


def higher(product: ProductFacts) -> int:
    return max(product.issuer_level or 0, product.seller_level or 0)


def risky(case: Case) -> bool:
    return case.product.product_class not in ("deposit", "service", "education")


def knows(case: Case) -> bool:
    client = case.client
    return client.level is not None and client.assessed_at is not None and wall(client.assessed_at) <= wall(case.at)


def day_of(case: Case) -> date:
    return date(*wall(case.at)[:3])


PROHIBITED: dict[str, Callable[[Case], bool]] = {
    "product_off_sale": lambda case: (
        not case.product.is_active or (case.product.on_sale_until or date.max) < day_of(case)
    ),
    "product_unrated": lambda case: risky(case) and higher(case.product) == 0,
    "private_in_open_channel": lambda case: (
        case.way == "open" and (case.product.is_private or case.product.product_class == "private")
    ),
    "too_risky_for_open_channel": lambda case: (
        case.way == "open" and risky(case) and higher(case.product) > case.open_level
    ),
    "not_assessed": lambda case: case.way == "personal" and risky(case) and not knows(case),
    "assessment_expired": lambda case: (
        case.way == "personal"
        and risky(case)
        and knows(case)
        and case.client.assessed_at is not None
        and wall(case.at) >= a_year_on(case.client.assessed_at)
    ),
    "above_client_level": lambda case: (
        case.way == "personal" and risky(case) and knows(case) and higher(case.product) > (case.client.level or 0)
    ),
}


def cases(seed: int, count: int) -> Iterator[Case]:
    draw = random.Random(seed)  # the same cases every time
    start = datetime(2024, 1, 1, tzinfo=UTC)
    levels = (None, 1, 2, 3, 4, 5)
    for _ in range(count):
        assessed = start + timedelta(
            seconds=draw.randrange(4 * 366 * 86400), microseconds=draw.choice((0, 0, 1, 999_999))
        )
        if draw.random() < 0.05:
            assessed = datetime(2024, 2, 29, tzinfo=UTC) - EIGHT + timedelta(minutes=draw.randrange(1440))
        if draw.random() < 0.5:
            year, month, day, hour, minute, second, micro = a_year_on(assessed)
            at = datetime(year, month, day, hour, minute, second, micro, UTC) - EIGHT + draw.choice(EDGES)
        else:
            at = assessed + timedelta(days=draw.randrange(-3, 800), seconds=draw.randrange(86400))
        product = ProductFacts(
            draw.choice(CLASSES),
            draw.choice(levels),
            draw.choice(levels),
            draw.random() < 0.2,
            draw.random() < 0.9,
            None if draw.random() < 0.6 else (at + EIGHT).date() + timedelta(days=draw.choice((-1, 0, 1))),
        )
        level, moment = draw.choice(levels), assessed if draw.random() < 0.95 else None
        yield Case(product, ClientFacts(level, moment), draw.choice(("personal", "open")), at, draw.randrange(1, 6))


@pytest.mark.parametrize("count", [50_000, pytest.param(1_000_000, marks=pytest.mark.prove)])
def test_the_rule_allows_and_denies_what_the_reference_does(count: int) -> None:
    wrong_allows = wrong_denies = wrong_reasons = allowed = 0
    for case in cases(20260201, count):
        said = rule.unsuitable(*case)  # type: ignore[arg-type]  # way is drawn from the two
        true = {reason for reason, holds in PROHIBITED.items() if holds(case)}
        wrong_allows += said is None and bool(true)
        wrong_denies += said is not None and not true
        wrong_reasons += said is not None and said not in true
        allowed += said is None
    assert (wrong_allows, wrong_denies, wrong_reasons) == (0, 0, 0)
    assert allowed > count / 20, "a proof of denials only would prove nothing"


NOON = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
R3 = ProductFacts("wealth", 2, 3)
C3 = ClientFacts(3, NOON - timedelta(days=30))


def test_of_two_ratings_the_higher_one_counts_and_one_alone_is_enough() -> None:
    assert [rule.level_of(ProductFacts("fund", *pair)) for pair in ((2, 4), (4, 2), (None, 3), (3, None))] == [
        4,
        4,
        3,
        3,
    ]
    assert rule.unsuitable(ProductFacts("fund", 2, 4), C3, "personal", NOON) == "above_client_level"
    assert rule.unsuitable(ProductFacts("fund"), C3, "personal", NOON) == "product_unrated"
    assert rule.unsuitable(R3, C3, "personal", NOON) is None


def test_an_assessment_ends_at_the_same_moment_twelve_months_later() -> None:
    client = ClientFacts(5, datetime(2025, 3, 10, 4, 0, tzinfo=UTC))
    assert rule.unsuitable(R3, client, "personal", NOON - timedelta(microseconds=1)) is None
    assert rule.unsuitable(R3, client, "personal", NOON) == "assessment_expired"


def test_an_assessment_of_the_leap_day_ends_on_the_day_before_the_first_of_march() -> None:
    assert rule.valid_until(datetime(2028, 2, 29, 2, 0, tzinfo=UTC)) == datetime(2029, 2, 28, 2, 0, tzinfo=UTC)


def test_deposits_services_and_education_need_no_assessment() -> None:
    for product_class in ("deposit", "service", "education"):
        assert rule.unsuitable(ProductFacts(product_class), rule.NOBODY, "personal", NOON) is None
        assert rule.unsuitable(ProductFacts(product_class), rule.NOBODY, "open", NOON) is None


def test_open_channels_take_public_products_up_to_the_banks_level_and_never_private_ones() -> None:
    r2, r3 = ProductFacts("wealth", 2), ProductFacts("wealth", 3)
    assert rule.unsuitable(r2, rule.NOBODY, "open", NOON) is None
    assert rule.unsuitable(r3, rule.NOBODY, "open", NOON) == "too_risky_for_open_channel"
    assert rule.unsuitable(r3, rule.NOBODY, "open", NOON, 3) is None
    for private in (ProductFacts("fund", 1, is_private=True), ProductFacts("private", 1)):
        assert rule.unsuitable(private, C3, "open", NOON, 5) == "private_in_open_channel"
        assert rule.unsuitable(private, C3, "personal", NOON) is None


def test_of_several_products_every_one_must_be_suitable() -> None:
    r5, sold_out = ProductFacts("fund", 5), ProductFacts("fund", 1, on_sale_until=date(2026, 3, 9))
    assert rule.any_unsuitable([R3], C3, "personal", NOON) is None
    assert rule.any_unsuitable([R3, r5], C3, "personal", NOON) == "above_client_level"
    assert rule.any_unsuitable([r5, sold_out], C3, "personal", NOON) == "product_off_sale"
    assert rule.any_unsuitable([], rule.NOBODY, "open", NOON) is None
