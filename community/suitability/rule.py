"""May a message about this product go to this client, or through this channel? Pure; the rule that a regulator reads.

Source: 金融机构产品适当性管理办法 (NFRA Order 2025 No. 7, in force since 2026-02-01): of two ratings the higher counts;
an assessment is valid for 12 months; no proactive promotion above the client's level (Art. 13); private products never
through open channels (Art. 30).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from kernel import clock

Way = Literal["personal", "open"]
UNRISKY = frozenset({"deposit", "service", "education"})
"""Classes without risk of investment: they need neither a rating nor an assessed client."""
OPEN_CHANNELS = frozenset({"wecom_group", "moments", "oa_post"})
"""Nobody knows who reads there: groups, moments and posts of the official account."""
DEFAULT_OPEN_LEVEL = 2
VALID_MONTHS = 12

REASONS = {
    "product_off_sale": "产品已停售",
    "product_unrated": "产品没有风险评级",
    "private_in_open_channel": "私募产品不得在开放渠道推广",
    "too_risky_for_open_channel": "产品风险等级超出开放渠道允许的范围",
    "not_assessed": "客户没有做过风险评估",
    "assessment_expired": "客户的风险评估已过期",
    "above_client_level": "产品风险等级高于客户的风险承受能力",
}
"""Every reason in words for staff, in the order in which they are asked."""


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What the rule looks at: the levels are 1 to 5, None for no rating; it is sold through on_sale_until, inclusive.

    A class that is not known here is treated as one with risk.
    """

    product_class: str
    issuer_level: int | None = None
    seller_level: int | None = None
    is_private: bool = False
    is_active: bool = True
    on_sale_until: date | None = None


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """The client's newest assessment: level 1 to 5 and its moment (aware); None for never."""

    level: int | None = None
    assessed_at: datetime | None = None


NOBODY = ClientFacts()


def unsuitable(
    product: ProductFacts, client: ClientFacts, way: Way, at: datetime, open_level: int = DEFAULT_OPEN_LEVEL
) -> str | None:
    """Why a message about the product must not go out at this moment; None when it may.

    way: to one client, or where anybody may read (then `client` is not looked at). open_level: the highest level of a
    product that the bank lets into open channels.
    """
    if not is_on_sale(product, at):
        return "product_off_sale"
    level = level_of(product)
    if level is None and needs_assessment(product):
        return "product_unrated"
    if way == "open":
        return _unfit_for_open(product, level, open_level)
    return _above_client(level, client, at) if level is not None and needs_assessment(product) else None


def any_unsuitable(
    products: Iterable[ProductFacts],
    client: ClientFacts,
    way: Way,
    at: datetime,
    open_level: int = DEFAULT_OPEN_LEVEL,
) -> str | None:
    """The same for a message about several products, which must all be suitable: the first reason in REASONS' order."""
    found = {unsuitable(product, client, way, at, open_level) for product in products}
    return next((reason for reason in REASONS if reason in found), None)


def level_of(product: ProductFacts) -> int | None:
    """The higher of the two ratings; the only one where one is missing; None without any."""
    return max((level for level in (product.issuer_level, product.seller_level) if level is not None), default=None)


def needs_assessment(product: ProductFacts) -> bool:
    """Whether only an assessed client may be told of it."""
    return product.product_class not in UNRISKY


def is_private(product: ProductFacts) -> bool:
    """Whether it is offered in private, by its own mark or by its class."""
    return product.is_private or product.product_class == "private"


def is_on_sale(product: ProductFacts, at: datetime) -> bool:
    """Whether it is sold at this moment: active, and the Shanghai day is not after the last day of sale."""
    return product.is_active and (product.on_sale_until is None or clock.local(at).date() <= product.on_sale_until)


def valid_until(assessed_at: datetime) -> datetime:
    """The first moment (UTC) at which an assessment is no longer valid: the same Shanghai wall time 12 months later.

    An assessment of 29 February ends on 28 February at its hour: the next year has no such day, and of the two
    neighbours the earlier one is the safe one. PostgreSQL's `+ interval '12 months'` decides the same.
    """
    wall = clock.local(assessed_at)
    is_leap_day = (wall.month, wall.day) == (2, 29)
    later = wall.replace(year=wall.year + 1, day=28 if is_leap_day else wall.day)
    return clock.at_local(later.date(), later.time())


def _unfit_for_open(product: ProductFacts, level: int | None, open_level: int) -> str | None:
    if is_private(product):
        return "private_in_open_channel"
    if needs_assessment(product) and (level is None or level > open_level):
        return "too_risky_for_open_channel"
    return None


def _above_client(level: int, client: ClientFacts, at: datetime) -> str | None:
    if client.level is None or client.assessed_at is None or client.assessed_at > at:
        return "not_assessed"
    if at >= valid_until(client.assessed_at):
        return "assessment_expired"
    return "above_client_level" if level > client.level else None
