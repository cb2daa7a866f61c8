"""The list of clients a person may see, with tier and balance: searched, filtered and in pages; names masked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from community.clients import personal, portrait
from kernel import clock, database, masking
from kernel.errors import NotFound
from staff import scope
from staff.models import Staff

ORDERS = {
    "activity": "c.last_activity_at DESC NULLS LAST, c.id DESC",
    "balance": "d.total_fen DESC NULLS LAST, c.id DESC",
    "newest": "c.id DESC",
}
FROM = """
FROM client c LEFT JOIN staff o ON o.id = c.owner_id LEFT JOIN standing st ON st.client_id = c.id
  LEFT JOIN client_day d ON d.client_id = c.id AND d.day = (SELECT max(day) FROM client_day)
WHERE c.merged_into_id IS NULL AND {conditions}
"""
ROWS = """
SELECT c.id, c.name_sealed, c.phone_sealed, c.marketing_consent, c.opted_out_at, c.last_activity_at,
  o.name AS owner_name, coalesce(st.tier, '') AS tier, coalesce(st.months_below, 0) AS months_below,
  d.total_fen, d.deposit_fen,
  ARRAY(SELECT t.name FROM client_tag ct JOIN tag t ON t.id = ct.tag_id WHERE ct.client_id = c.id
    ORDER BY t.name LIMIT 4) AS tags
"""
OWNERS = "SELECT s.id, s.name FROM staff s WHERE s.is_active AND s.role = 'director' AND {scope} ORDER BY s.name, s.id"


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all.

    words: a whole name, the last four digits or the whole of a phone, or a bank's client number: exact, by blind index.
    consent: yes, no or left. before_id: only clients with a smaller number, for going on in order `newest`.
    """

    words: str = ""
    tier: str = ""
    owner_id: int | None = None
    tag: str = ""
    consent: str = ""
    order: str = "activity"
    before_id: int | None = None


class Line(NamedTuple):
    """One client of the list, masked."""

    id: int
    name: str
    phone: str
    tier: str
    is_watched: bool
    total_fen: int | None
    deposit_fen: int | None
    owner_name: str
    tags: tuple[str, ...]
    marketing_consent: bool
    has_opted_out: bool
    last_activity_at: datetime | None


async def count(person: Staff, filters: Filters) -> int:
    """How many clients the list holds."""
    conditions, arguments = _conditions(person, filters)
    return int(await database.fetch_value("SELECT count(*) " + FROM.format(conditions=conditions), *arguments))


async def lines(person: Staff, filters: Filters, *, limit: int, offset: int) -> list[Line]:
    """One page of the list."""
    conditions, arguments = _conditions(person, filters)
    order = ORDERS.get(filters.order, ORDERS["activity"])
    tail = f" ORDER BY {order} LIMIT ${len(arguments) + 1} OFFSET ${len(arguments) + 2}"
    rows = await database.fetch(ROWS + FROM.format(conditions=conditions) + tail, *arguments, limit, offset)
    return [_line(row) for row in rows]


async def require_visible(person: Staff, client_id: int) -> None:
    """Go on only when this client is within the person's scope; NotFound otherwise, as if there were no such client."""
    own = scope.clients(person, first=2)
    sql = f"SELECT 1 FROM client c WHERE c.id = $1 AND c.merged_into_id IS NULL AND {own.sql}"  # noqa: S608  # scope's own
    if await database.fetch_one(sql, client_id, *own.arguments) is None:
        raise NotFound


async def masked_names(person: Staff, client_ids: Sequence[int]) -> dict[int, str]:
    """The masked names of those of these clients whom the person sees."""
    own = scope.clients(person, first=2)
    sql = f"SELECT c.id FROM client c WHERE c.id = ANY($1::bigint[]) AND {own.sql}"  # noqa: S608  # scope's own
    seen = [row["id"] for row in await database.fetch(sql, list(client_ids), *own.arguments)]
    return {client_id: masking.name(name) for client_id, name in (await portrait.names_of(seen)).items()}


async def owners(person: Staff) -> list[tuple[int, str]]:
    """The directors among whose clients this person may choose."""
    own = scope.staff(person)
    rows = await database.fetch(OWNERS.format(scope=own.sql), *own.arguments)
    return [(row["id"], row["name"]) for row in rows]


async def tags() -> list[str]:
    """The bank's tags by name."""
    return [row["name"] for row in await database.fetch("SELECT name FROM tag ORDER BY name LIMIT 200")]


async def tier_names() -> dict[str, str]:
    """Tier codes of the policy in force with their names, from low to high; empty before a policy was loaded."""
    sql = "SELECT definition FROM tier_policy WHERE effective_on <= $1 ORDER BY effective_on DESC, id DESC LIMIT 1"
    definition = await database.fetch_value(sql, clock.today())
    tiers = json.loads(definition)["tiers"] if definition else []
    return {tier["code"]: tier["name"] for tier in tiers}


async def last_day() -> date | None:
    """The day of the newest balances."""
    found: date | None = await database.fetch_value("SELECT max(day) FROM client_day")
    return found


def _conditions(person: Staff, filters: Filters) -> tuple[str, list[Any]]:
    # the pieces of SQL are ours; what a person typed travels as arguments
    own = scope.clients(person)
    pieces, arguments = [own.sql], list[Any](own.arguments)

    def add(piece: str, *values: Any) -> None:
        names = [f"${len(arguments) + 1 + index}" for index in range(len(values))]
        pieces.append(piece.format(*names))
        arguments.extend(values)

    if words := "".join(filters.words.split()):
        add(
            "(c.name_index = {0} OR c.phone_index = {1} OR c.phone_tail_index = {2} OR c.id IN "
            "(SELECT client_id FROM identity WHERE kind = 'bank_number' AND value = {3}))",
            personal.name_index(words),
            personal.phone_index(words),
            personal.phone_tail_index(words) if len(words) == personal.TAIL else None,
            personal.bank_number_index(words),
        )
    if filters.tier:
        add("st.tier = {0}", filters.tier)
    if filters.before_id is not None:
        add("c.id < {0}::bigint", filters.before_id)
    if filters.owner_id is not None:
        add("c.owner_id = {0}", filters.owner_id)
    if filters.tag:
        add(
            "c.id IN (SELECT ct.client_id FROM client_tag ct JOIN tag t ON t.id = ct.tag_id WHERE t.name = {0})",
            filters.tag,
        )
    if filters.consent in _CONSENT:
        pieces.append(_CONSENT[filters.consent])
    return " AND ".join(pieces), arguments


_CONSENT = {
    "yes": "c.marketing_consent AND c.opted_out_at IS NULL",
    "no": "NOT c.marketing_consent AND c.opted_out_at IS NULL",
    "left": "c.opted_out_at IS NOT NULL",
}


def _line(row: database.Row) -> Line:
    phone = personal.open_phone(row["id"], row["phone_sealed"])
    return Line(
        id=row["id"],
        name=masking.name(personal.open_name(row["id"], row["name_sealed"])),
        phone=masking.phone(phone) if phone else "",
        tier=row["tier"],
        is_watched=row["months_below"] > 0,
        total_fen=row["total_fen"],
        deposit_fen=row["deposit_fen"],
        owner_name=row["owner_name"] or "",
        tags=tuple(row["tags"]),
        marketing_consent=row["marketing_consent"],
        has_opted_out=row["opted_out_at"] is not None,
        last_activity_at=row["last_activity_at"],
    )
