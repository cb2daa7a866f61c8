"""How lively groups are: who is inside, who came and went, and who did anything lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from kernel import clock, database

LATELY = timedelta(days=30)
FIGURES = """
SELECT m.group_id,
  count(*) FILTER (WHERE m.left_at IS NULL) AS members,
  count(*) FILTER (WHERE m.left_at IS NULL AND m.is_client) AS clients,
  count(*) FILTER (WHERE m.is_client AND m.joined_at >= $2) AS joined,
  count(*) FILTER (WHERE m.is_client AND m.left_at >= $2) AS lost,
  count(*) FILTER (WHERE m.left_at IS NULL AND m.is_client AND c.last_activity_at >= $2) AS active
FROM membership m LEFT JOIN client c ON c.id = m.client_id
WHERE m.group_id = ANY($1::bigint[]) GROUP BY m.group_id
"""


class Figures(NamedTuple):
    """Of the last 30 days: `active` clients did something of their own (wrote, scanned, came, watched)."""

    members: int = 0
    clients: int = 0
    joined: int = 0
    lost: int = 0
    active: int = 0

    @property
    def active_share(self) -> float:
        """Active clients among those inside, 0 to 1."""
        return self.active / self.clients if self.clients else 0.0


async def figures(group_ids: Sequence[int]) -> dict[int, Figures]:
    """Figures by group, in one statement."""
    rows = await database.fetch(FIGURES, list(group_ids), clock.now() - LATELY)
    found = {row.pop("group_id"): Figures(**row) for row in rows}
    return {group_id: found.get(group_id, Figures()) for group_id in group_ids}
