"""The list of events: when, where, how full, for the branch of the person who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel import database

LIST = """
SELECT c.id, c.name, c.state, e.starts_at, e.place, e.seats, e.taken,
       count(i.id) AS invited,
       count(i.id) FILTER (WHERE i.state = 'waiting') AS waiting,
       count(i.id) FILTER (WHERE i.state = 'attended') AS attended
FROM event e JOIN campaign c ON c.id = e.campaign_id LEFT JOIN invitation i ON i.event_id = e.id
WHERE $1::bigint IS NULL OR c.branch_id IS NULL OR c.branch_id = $1
GROUP BY c.id, e.id ORDER BY e.starts_at DESC LIMIT $2 OFFSET $3
"""
COUNT = """
SELECT count(*) FROM event e JOIN campaign c ON c.id = e.campaign_id
WHERE $1::bigint IS NULL OR c.branch_id IS NULL OR c.branch_id = $1
"""


@dataclass(frozen=True)
class Row:
    """One event in the list; `id` is its campaign's."""

    id: int
    name: str
    state: str
    starts_at: datetime
    place: str
    seats: int
    taken: int
    invited: int
    waiting: int
    attended: int


async def count(branch_id: int | None) -> int:
    """How many events a person of this branch sees; None sees all."""
    return int(await database.fetch_value(COUNT, branch_id) or 0)


async def page(branch_id: int | None, limit: int, offset: int) -> list[Row]:
    """Events, newest first."""
    return [Row(**row) for row in await database.fetch(LIST, branch_id, limit, offset)]
