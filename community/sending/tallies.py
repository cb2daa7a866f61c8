"""How many messages went where: per client and month, per state, per day; read by pages."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import NamedTuple

from kernel import clock, database
from staff import scope
from staff.models import Staff

RECENT = """
SELECT s.id, s.channel, s.purpose, s.state, s.reason, s.campaign_id,
  coalesce(s.accepted_at, s.requested_at, s.due_at) AS at
FROM send s WHERE s.client_id = $1 ORDER BY at DESC LIMIT $2
"""
THIS_MONTH = """
SELECT count(*) FROM send WHERE client_id = $1 AND purpose = 'marketing' AND counted_on >= $2
"""
BY_STATE = "SELECT state, count(*)::int AS n FROM send WHERE created_at >= $1 GROUP BY state"
REACHED_BY_DAY = """
SELECT send.counted_on AS day, count(*)::int AS n FROM send JOIN client c ON c.id = send.client_id
WHERE send.counted_on >= $1 AND send.state IN ('accepted', 'confirmed', 'delivered') AND {scope}
GROUP BY send.counted_on
"""
WAITING = """
SELECT channel, count(*)::int AS n, min(due_at) AS oldest_at FROM send
WHERE state IN ('planned', 'leased') AND due_at <= $1 GROUP BY channel ORDER BY channel
"""


class Recent(NamedTuple):
    """One message to a client, as a page lists it."""

    id: int
    channel: str
    purpose: str
    state: str
    reason: str
    campaign_id: int | None
    at: datetime


async def marketing_this_month(client_id: int) -> int:
    """How many marketing messages count for this client in the present month."""
    first = clock.today().replace(day=1)
    return int(await database.fetch_value(THIS_MONTH, client_id, first))


async def recent(client_id: int, limit: int = 20) -> list[Recent]:
    """The newest messages to one client."""
    return [Recent(**row) for row in await database.fetch(RECENT, client_id, limit)]


async def by_state(days: int) -> dict[str, int]:
    """Messages planned within the last days, by state."""
    since, _ = clock.day_bounds(clock.today() - timedelta(days=days))
    return {row["state"]: row["n"] for row in await database.fetch(BY_STATE, since)}


async def reached_by_day(days: int, person: Staff) -> list[tuple[date, int]]:
    """Messages that went to clients in the person's scope on each of the last days, oldest first, no day left out."""
    own = scope.clients(person, first=2)
    first = clock.today() - timedelta(days=days - 1)
    found = {
        row["day"]: row["n"]
        for row in await database.fetch(REACHED_BY_DAY.format(scope=own.sql), first, *own.arguments)
    }
    return [(day, found.get(day, 0)) for day in (first + timedelta(days=index) for index in range(days))]


async def waiting() -> list[dict[str, object]]:
    """Messages that are due and not yet handed over, by channel."""
    return await database.fetch(WAITING, clock.now())
