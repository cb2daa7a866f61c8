"""The list of events: when, where, how full, for the person who asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel import database
from staff import scope
from staff.models import Staff

LIST = """
SELECT c.id, c.name, c.state, e.starts_at, e.place, e.seats, e.taken,
       count(i.id) AS invited,
       count(i.id) FILTER (WHERE i.state = 'waiting') AS waiting,
       count(i.id) FILTER (WHERE i.state = 'attended') AS attended
FROM event e JOIN campaign c ON c.id = e.campaign_id LEFT JOIN invitation i ON i.event_id = e.id
WHERE {scope}
GROUP BY c.id, e.id ORDER BY e.starts_at DESC LIMIT $1 OFFSET $2
"""
COUNT = """
SELECT count(*) FROM event e JOIN campaign c ON c.id = e.campaign_id
WHERE {scope}
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


async def count(person: Staff) -> int:
    """How many events this person sees."""
    own = scope.campaigns(person, alias="c")
    return int(await database.fetch_value(COUNT.format(scope=own.sql), *own.arguments) or 0)


async def page(person: Staff, limit: int, offset: int) -> list[Row]:
    """Events, newest first."""
    own = scope.campaigns(person, alias="c", first=3)
    rows = await database.fetch(LIST.format(scope=own.sql), limit, offset, *own.arguments)
    return [Row(**row) for row in rows]
