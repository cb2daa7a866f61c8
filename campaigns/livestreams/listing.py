"""The list of livestreams: when, who is on air, how many reserved and watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel import database
from staff import scope
from staff.models import Staff

LIST = """
SELECT c.id, c.name, c.state, l.starts_at, l.minutes, l.status, coalesce(s.name, l.anchor_userid) AS anchor,
       (SELECT count(*) FROM live_guest g WHERE g.livestream_id = l.id AND g.reserved_at IS NOT NULL) AS reserved,
       (SELECT count(*) FROM attendance a WHERE a.livestream_id = l.id AND a.is_client) AS watched
FROM livestream l JOIN campaign c ON c.id = l.campaign_id LEFT JOIN staff s ON s.wecom_userid = l.anchor_userid
WHERE {scope}
ORDER BY l.starts_at DESC LIMIT $1 OFFSET $2
"""
COUNT = """
SELECT count(*) FROM livestream l JOIN campaign c ON c.id = l.campaign_id
WHERE {scope}
"""


@dataclass(frozen=True)
class Row:
    """One livestream in the list; `id` is its campaign's."""

    id: int
    name: str
    state: str
    starts_at: datetime
    minutes: int
    status: int
    anchor: str
    reserved: int
    watched: int


async def count(person: Staff) -> int:
    """How many livestreams this person sees."""
    own = scope.campaigns(person, alias="c")
    return int(await database.fetch_value(COUNT.format(scope=own.sql), *own.arguments) or 0)


async def page(person: Staff, limit: int, offset: int) -> list[Row]:
    """Livestreams, newest first."""
    own = scope.campaigns(person, alias="c", first=3)
    rows = await database.fetch(LIST.format(scope=own.sql), limit, offset, *own.arguments)
    return [Row(**row) for row in rows]
