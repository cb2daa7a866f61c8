"""The journal of points for a page: both sides of each transaction, the accounts' totals, the last reconciliation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from community.clients import portrait
from kernel import database, masking
from loyalty.rewards.models import PointsCheck
from staff import scope
from staff.models import Staff

PAGE = 50
ENTRIES = """
SELECT t.id, t.created_at AS at, t.kind, t.reason, p.client_id, c.merged_into_id IS NULL AS is_open, p.points,
  p.balance_after, coalesce(s.name, '') AS by_name
FROM points_posting p JOIN points_transaction t ON t.id = p.transaction_id JOIN client c ON c.id = p.client_id
LEFT JOIN staff s ON s.id = t.by_id
WHERE p.account = 'client' AND ($1::bigint IS NULL OR p.client_id = $1) AND {scope}
ORDER BY p.id DESC LIMIT $2 OFFSET $3
"""
COUNT = """
SELECT count(*) FROM points_posting p JOIN client c ON c.id = p.client_id
WHERE p.account = 'client' AND ($1::bigint IS NULL OR p.client_id = $1) AND {scope}
"""
TOTALS = """
SELECT p.account, sum(p.points)::bigint AS points FROM points_posting p JOIN client c ON c.id = p.client_id
WHERE {scope} GROUP BY 1
"""


@dataclass(frozen=True)
class Entry:
    """One transaction: what the client's account and the bank's account gained, and the client's balance after it."""

    id: int
    at: datetime
    kind: str
    reason: str
    client_id: int
    is_open: bool
    client: str
    points: int
    balance_after: int
    by_name: str


async def entries(person: Staff, client_id: int | None = None, page: int = 1) -> tuple[list[Entry], int]:
    """Transactions of clients within the person's scope (or of one of them), newest first, and how many there are."""
    own, counted = scope.clients(person, first=4), scope.clients(person, first=2)
    given: tuple[Any, ...] = (client_id, PAGE, (max(page, 1) - 1) * PAGE)
    rows = await database.fetch(ENTRIES.format(scope=own.sql), *given, *own.arguments)
    total = await database.fetch_value(COUNT.format(scope=counted.sql), client_id, *counted.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    return [Entry(client=masking.name(names.get(row["client_id"], "")), **row) for row in rows], int(total)


async def totals(person: Staff) -> dict[str, int]:
    """What each account holds of the clients within the person's scope; together always 0."""
    own = scope.clients(person)
    rows = await database.fetch(TOTALS.format(scope=own.sql), *own.arguments)
    return {row["account"]: row["points"] for row in rows}


async def last_check() -> PointsCheck | None:
    """The newest reconciliation."""
    return await PointsCheck.all().order_by("-id").first()
