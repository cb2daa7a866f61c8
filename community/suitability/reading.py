"""What the rule must know, read in one statement for many: products by code, assessments and papers by client."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from community.suitability import rule
from community.suitability.rule import ClientFacts, ProductFacts
from kernel import database

PRODUCTS = """
SELECT code, product_class, issuer_level, seller_level, is_private, is_active, on_sale_until FROM product
WHERE code = ANY($1::text[])
"""
CLIENTS = """
SELECT one.id, newest.level, newest.assessed_at, coalesce(k.state = 'flagged', FALSE) AS is_flagged,
    k.document_expires_on
FROM unnest($1::bigint[]) AS one(id)
LEFT JOIN LATERAL (
    SELECT level, assessed_at FROM risk_assessment WHERE client_id = one.id AND assessed_at <= $2
    ORDER BY assessed_at DESC LIMIT 1
) newest ON TRUE
LEFT JOIN kyc k ON k.client_id = one.id
"""
# client by client, as in rule_sql: the newest assessment is one step into the index
ABOUT = """
COALESCE((SELECT CASE WHEN newest.level IS NULL THEN 'not_assessed'
    WHEN (newest.assessed_at AT TIME ZONE 'Asia/Shanghai' + interval '12 months') AT TIME ZONE 'Asia/Shanghai' <= {at}
        THEN 'assessment_expired'
    WHEN newest.level < {level} THEN 'above_client_level' END
FROM (SELECT 1) one LEFT JOIN LATERAL (
    SELECT level, assessed_at FROM risk_assessment WHERE client_id = c.id AND assessed_at <= {at}
    ORDER BY assessed_at DESC LIMIT 1
) newest ON TRUE), '')
"""
HELD = """
COALESCE((SELECT CASE WHEN k.state = 'flagged' THEN 'kyc_flagged'
    WHEN k.document_expires_on < {today} THEN 'kyc_expired' END FROM kyc k WHERE k.client_id = c.id), '')
"""
UNKNOWN = ProductFacts("", is_active=False)
"""A code that names no product (any more): nothing may be said about it."""


class Piece(NamedTuple):
    """A piece of SQL over the client table's alias `c`, and its arguments in order."""

    sql: str
    arguments: list[Any]


@dataclass(frozen=True, slots=True)
class Person:
    """What the gate asks of one client: the newest assessment and what the feed says of the papers."""

    assessment: ClientFacts = rule.NOBODY
    is_kyc_flagged: bool = False
    document_expires_on: date | None = None


async def products(codes: Collection[str]) -> dict[str, ProductFacts]:
    """The facts of each code; an unknown one counts as off sale."""
    if not codes:
        return {}
    rows = await database.fetch(PRODUCTS, sorted(set(codes)))
    found = {row["code"]: ProductFacts(**{name: row[name] for name in row if name != "code"}) for row in rows}
    return {code: found.get(code, UNKNOWN) for code in codes}


async def people(client_ids: Collection[int], at: datetime) -> dict[int, Person]:
    """The facts of each client at a moment."""
    if not client_ids:
        return {}
    rows = await database.fetch(CLIENTS, sorted(set(client_ids)), at)
    return {
        row["id"]: Person(ClientFacts(row["level"], row["assessed_at"]), row["is_flagged"], row["document_expires_on"])
        for row in rows
    }


def verdict(asked: Sequence[ProductFacts], at: datetime, *, first: int = 1) -> Piece:
    """The rule's answer for a message to the client `c` about all these products, as SQL: a reason, or '' for none."""
    # what only the products decide is the same for everybody: asked of the rule with the ablest client there can be
    ablest = ClientFacts(5, at)
    if reason := rule.any_unsuitable(asked, ablest, "personal", at):
        return Piece(f"${first}::text", [reason])
    levels = [rule.level_of(product) or 0 for product in asked if rule.needs_assessment(product)]
    if not levels:
        return Piece("''", [])
    return Piece(ABOUT.format(at=f"${first}::timestamptz", level=f"${first + 1}::int"), [at, max(levels)])


def held(today: date, *, first: int = 1) -> Piece:
    """Whether marketing to the client `c` is held because of the papers, as SQL: kyc_flagged, kyc_expired or ''."""
    return Piece(HELD.format(today=f"${first}::date"), [today])
