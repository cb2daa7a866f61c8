"""The rule as SQL over many clients says exactly what the pure rule says of each of them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta

from community.suitability import kyc_rule, reading, rule
from community.suitability.rule import ProductFacts
from kernel import clock, database, records

AT = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
YEAR_AGO = datetime(2025, 11, 20, 4, 0, tzinfo=UTC)
GAPS = (timedelta(0), timedelta(microseconds=1), timedelta(microseconds=-1), timedelta(days=1), timedelta(days=-30))


async def test_the_sql_says_what_the_rule_says_of_each_client(db: None) -> None:
    draw = random.Random(7)
    ids = await _clients(draw, 400)
    people = await reading.people(ids, AT)
    seen = set()
    for _ in range(120):
        products = [_product(draw) for _ in range(draw.choice((0, 1, 1, 2, 3)))]
        expected = {
            client: rule.any_unsuitable(products, people[client].assessment, "personal", AT) or "" for client in ids
        }
        piece = reading.verdict(products, AT)
        assert await _ask(piece) == expected
        seen |= set(expected.values())
    assert seen >= {
        "",
        "not_assessed",
        "assessment_expired",
        "above_client_level",
        "product_unrated",
        "product_off_sale",
    }


async def test_an_assessment_of_the_leap_day_ends_for_the_sql_when_it_ends_for_the_rule(db: None) -> None:
    (client,) = await records.reserve_ids("client", 1)
    assessed = datetime(2028, 2, 29, 2, 0, tzinfo=UTC)
    async with database.transaction():
        await database.copy_in("client", ("id",), [(client,)])
        await database.copy_in("risk_assessment", ("client_id", "level", "assessed_at"), [(client, 5, assessed)])
    ends = rule.valid_until(assessed)
    product = [ProductFacts("fund", 3)]
    assert (await _ask(reading.verdict(product, ends)))[client] == "assessment_expired"
    assert (await _ask(reading.verdict(product, ends - timedelta(microseconds=1))))[client] == ""


async def test_the_sql_holds_marketing_as_the_rule_does(db: None) -> None:
    draw = random.Random(8)
    today = date(2026, 11, 20)
    ids = await _clients(draw, 60)
    cases = [(one, draw.choice(("ok", "flagged")), draw.choice((None, -1, 0, 1))) for one in ids[:50]]
    rows = [(one, state, None if gap is None else today + timedelta(days=gap), AT) for one, state, gap in cases]
    async with database.transaction():
        await database.copy_in("kyc", ("client_id", "state", "document_expires_on", "as_of_at"), rows)
    said = await _ask(reading.held(today))
    assert said == dict.fromkeys(ids, "") | {
        one: kyc_rule.hold(state == "flagged", expires_on, today) or "" for one, state, expires_on, _ in rows
    }


async def test_a_code_without_a_product_counts_as_off_sale(db: None) -> None:
    (facts,) = (await reading.products(["GONE"])).values()
    assert rule.unsuitable(facts, rule.NOBODY, "open", clock.now()) == "product_off_sale"


def _product(draw: random.Random) -> ProductFacts:
    level = draw.choice((1, 2, 3, 4, 5))
    return ProductFacts(
        draw.choice(("deposit", "wealth", "fund", "private")),
        None if draw.random() < 0.1 else level,
        draw.choice((None, level)),
        on_sale_until=draw.choice((None, None, None, date(2026, 11, 20), date(2026, 11, 19))),
    )


async def _clients(draw: random.Random, count: int) -> list[int]:
    ids = await records.reserve_ids("client", count)
    rows = {
        (one, moment): draw.randrange(1, 6)
        for one in ids
        for moment in (YEAR_AGO + draw.choice(GAPS), AT + draw.choice(GAPS))
        if draw.random() < 0.5
    }
    async with database.transaction():
        await database.copy_in("client", ("id",), [(one,) for one in ids])
        columns = ("client_id", "level", "assessed_at")
        await database.copy_in("risk_assessment", columns, [(one, level, at) for (one, at), level in rows.items()])
    return ids


async def _ask(piece: reading.Piece) -> dict[int, str]:
    rows = await database.fetch(f"SELECT c.id, {piece.sql} AS said FROM client c", *piece.arguments)
    return {row["id"]: row["said"] for row in rows}
