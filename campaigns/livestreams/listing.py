"""The list of livestreams: when, who is on air, how many reserved and watched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from kernel import database

LIST = """
SELECT c.id, c.name, c.state, l.starts_at, l.minutes, l.status, coalesce(s.name, l.anchor_userid) AS anchor,
       (SELECT count(*) FROM live_guest g WHERE g.livestream_id = l.id AND g.reserved_at IS NOT NULL) AS reserved,
       (SELECT count(*) FROM attendance a WHERE a.livestream_id = l.id AND a.is_client) AS watched
FROM livestream l JOIN campaign c ON c.id = l.campaign_id LEFT JOIN staff s ON s.wecom_userid = l.anchor_userid
WHERE $1::bigint IS NULL OR c.branch_id IS NULL OR c.branch_id = $1
ORDER BY l.starts_at DESC LIMIT $2 OFFSET $3
"""
COUNT = """
SELECT count(*) FROM livestream l JOIN campaign c ON c.id = l.campaign_id
WHERE $1::bigint IS NULL OR c.branch_id IS NULL OR c.branch_id = $1
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


async def count(branch_id: int | None) -> int:
    """How many livestreams a person of this branch sees; None sees all."""
    return int(await database.fetch_value(COUNT, branch_id) or 0)


async def page(branch_id: int | None, limit: int, offset: int) -> list[Row]:
    """Livestreams, newest first."""
    return [Row(**row) for row in await database.fetch(LIST, branch_id, limit, offset)]
