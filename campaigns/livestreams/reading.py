"""What the livestream page shows: reservations, viewers, minutes watched, how it compares with the invitations."""

from __future__ import annotations

from dataclasses import dataclass

from campaigns.livestreams import booking
from campaigns.livestreams.models import Livestream
from community.clients import portrait
from kernel import database, masking
from staff import scope
from staff.models import Staff

FIGURES = """
SELECT (SELECT count(*) FROM live_guest g WHERE g.livestream_id = $1) AS invited,
       (SELECT count(*) FROM live_guest g WHERE g.livestream_id = $1 AND g.reserved_at IS NOT NULL) AS reserved,
       count(*) FILTER (WHERE a.is_client) AS clients,
       count(*) FILTER (WHERE a.is_client AND a.client_id IS NULL) AS strangers,
       count(*) FILTER (WHERE NOT a.is_client) AS staff,
       count(*) FILTER (WHERE a.commented) AS commented,
       coalesce(percentile_cont(0.5) WITHIN GROUP (ORDER BY a.watch_seconds) FILTER (WHERE a.is_client), 0) AS median
FROM attendance a WHERE a.livestream_id = $1
"""
VIEWERS = """
SELECT a.client_id, a.watch_seconds, a.commented, s.name AS owner,
       g.reserved_at IS NOT NULL AS had_reserved
FROM attendance a LEFT JOIN client c ON c.id = a.client_id LEFT JOIN staff s ON s.id = c.owner_id
LEFT JOIN live_guest g ON g.livestream_id = $1 AND g.client_id = a.client_id
WHERE a.livestream_id = $1 AND a.is_client AND {own}
ORDER BY a.watch_seconds DESC, a.id LIMIT $2 OFFSET $3
"""
COUNT_VIEWERS = """
SELECT count(*) FROM attendance a LEFT JOIN client c ON c.id = a.client_id
WHERE a.livestream_id = $1 AND a.is_client AND {own}
"""


@dataclass(frozen=True)
class Figures:
    """A livestream in numbers; median_seconds over clients who watched."""

    livestream: Livestream
    invited: int
    reserved: int
    clients: int
    strangers: int
    staff: int
    commented: int
    median_seconds: int


@dataclass(frozen=True)
class Viewer:
    """One client who watched; the name is masked, client_id None when nobody knows them yet."""

    client_id: int | None
    name: str
    owner: str
    watch_seconds: int
    commented: bool
    had_reserved: bool


async def figures(campaign_id: int) -> Figures:
    """The numbers of one campaign's livestream."""
    livestream = await booking.of_campaign(campaign_id)
    row = await database.fetch_one(FIGURES, livestream.id) or {}
    median = int(row.pop("median"))
    return Figures(livestream, **row, median_seconds=median)


async def count_viewers(livestream_id: int, person: Staff) -> int:
    """How many of the viewers this person may see."""
    own = scope.clients(person, first=2)
    return int(await database.fetch_value(COUNT_VIEWERS.format(own=own.sql), livestream_id, *own.arguments))


async def viewers(livestream_id: int, person: Staff, limit: int = 100, offset: int = 0) -> list[Viewer]:
    """Clients within the person's scope who watched, longest first."""
    own = scope.clients(person, first=4)
    rows = await database.fetch(VIEWERS.format(own=own.sql), livestream_id, limit, offset, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows if row["client_id"]])
    return [
        Viewer(
            row["client_id"],
            masking.name(names.get(row["client_id"] or 0, "")) or "未识别的观众",
            row["owner"] or "",
            row["watch_seconds"],
            row["commented"],
            row["had_reserved"],
        )
        for row in rows
    ]
