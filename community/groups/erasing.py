"""A group remembers that somebody was there, not who."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import erasing as clients
from community.privacy import erasing
from kernel import clock, database

# the platform's own member list still has them: a later look makes them members anew, as somebody not known
FORGET = """
UPDATE membership SET member_id = 'erased:' || id, client_id = NULL, left_at = coalesce(left_at, $2)
WHERE client_id = ANY($1::bigint[]) OR is_client AND member_id = ANY($3::text[])
"""


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Take the person out of their memberships, also of those from before we knew whose they are."""
    known = sorted(await clients.platform_ids(client_ids))
    return {"membership": await database.execute(FORGET, list(client_ids), clock.now(), known)}


erasing.register("community.groups", erase)
