"""The ledger of consent for pages: who said what, when and how we know, within a person's scope; and the totals."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from community.clients import consent_texts, personal
from kernel import clock, database
from staff import scope
from staff.models import Staff

PAGE = 25
LATELY = timedelta(days=30)
LEDGER = """
SELECT k.id, k.client_id, k.purpose, k.channel, k.product_class, k.receiver, k.granted, k.source, k.text_version,
  k.evidence, k.created_at, s.name AS by_name, c.name_sealed, c.erased_at
FROM consent k JOIN client c ON c.id = k.client_id LEFT JOIN staff s ON s.id = k.by_staff_id
WHERE {where} ORDER BY k.created_at DESC, k.id DESC LIMIT {limit} OFFSET {offset}
"""
MOST_COUNTED = 10_000
"""A ledger of millions isn't counted for a page: beyond this many rows it only says that there are more."""
COUNT = """
SELECT count(*)::int FROM (
  SELECT FROM consent k JOIN client c ON c.id = k.client_id WHERE {where} LIMIT {limit}
) counted
"""
TOTALS = """
SELECT count(*)::int AS clients,
  count(*) FILTER (WHERE c.marketing_consent AND c.opted_out_at IS NULL)::int AS yes,
  count(*) FILTER (WHERE c.opted_out_at IS NOT NULL)::int AS no,
  count(*) FILTER (WHERE c.opted_out_at >= $1)::int AS left_lately,
  count(*) FILTER (WHERE partly.client_id IS NOT NULL AND c.opted_out_at IS NULL)::int AS partly
FROM client c LEFT JOIN (
  SELECT DISTINCT client_id FROM consent_state
  WHERE purpose = 'marketing' AND NOT granted AND (channel <> '' OR product_class <> '')
) partly ON partly.client_id = c.id
WHERE c.merged_into_id IS NULL AND {scope}
"""
STATES = """
SELECT purpose, channel, product_class, receiver, granted, at FROM consent_state WHERE client_id = $1
ORDER BY purpose, receiver, channel, product_class
"""


@dataclass(frozen=True)
class Wanted:
    """What the ledger is narrowed to; empty: everything. answer: yes or no. text: `old` for earlier versions."""

    purpose: str = ""
    channel: str = ""
    product_class: str = ""
    source: str = ""
    answer: str = ""
    text: str = ""
    from_on: date | None = None
    until_on: date | None = None
    client_id: int | None = None


class Word(NamedTuple):
    """One row of the ledger; the name is in the clear and masked by the page."""

    id: int
    client_id: int
    name: str
    is_erased: bool
    purpose: str
    channel: str
    product_class: str
    receiver: str
    granted: bool
    source: str
    text_version: str
    evidence: str
    at: datetime
    by_name: str


class State(NamedTuple):
    """What holds for one client, of one kind."""

    purpose: str
    channel: str
    product_class: str
    receiver: str
    granted: bool
    at: datetime


async def words(person: Staff, wanted: Wanted, number: int = 1) -> tuple[list[Word], int]:
    """One page of the ledger, newest first, and how many rows there are: MOST_COUNTED + 1 for more."""
    where, arguments = _where(person, wanted)
    total = int(await database.fetch_value(COUNT.format(where=where, limit=MOST_COUNTED + 1), *arguments))
    statement = LEDGER.format(where=where, limit=PAGE, offset=(number - 1) * PAGE)
    return [_word(row) for row in await database.fetch(statement, *arguments)], total


async def totals(person: Staff) -> dict[str, int]:
    """Clients within scope: in all, with a yes, with a no, with a no to a part, and who left lately."""
    own = scope.clients(person, first=2)
    row = await database.fetch_one(TOTALS.format(scope=own.sql), clock.now() - LATELY, *own.arguments)
    assert row is not None
    return dict(row)


async def states_of(client_id: int) -> list[State]:
    """What holds for one client; the caller has checked that the client may be seen."""
    return [State(**row) for row in await database.fetch(STATES, client_id)]


def _where(person: Staff, wanted: Wanted) -> tuple[str, list[Any]]:
    own = scope.clients(person)
    pieces, arguments = [own.sql], list[Any](own.arguments)

    def add(sql: str, value: Any) -> None:
        arguments.append(value)
        pieces.append(sql.format(f"${len(arguments)}"))

    for column in ("purpose", "channel", "product_class", "source"):
        if value := getattr(wanted, column):
            add(f"k.{column} = {{}}", "" if value == "every" else value)
    if wanted.answer:
        add("k.granted = {}::boolean", wanted.answer == "yes")
    if wanted.text == "old":
        add("k.text_version <> {}", consent_texts.current().version)
    if wanted.client_id is not None:
        add("k.client_id = {}::bigint", wanted.client_id)
    if wanted.from_on is not None:
        add("k.created_at >= {}", clock.day_bounds(wanted.from_on)[0])
    if wanted.until_on is not None:
        add("k.created_at < {}", clock.day_bounds(wanted.until_on)[1])
    return " AND ".join(pieces), arguments


def _word(row: database.Row) -> Word:
    told = {key: row[key] for key in Word._fields if key in row}
    name = personal.open_name(row["client_id"], row["name_sealed"])
    told |= {"name": name, "is_erased": row["erased_at"] is not None, "at": row["created_at"]}
    return Word(**told | {"by_name": row["by_name"] or ""})
