"""Where pieces of the library are used: in which campaigns, and how many messages carried them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from kernel import database

# a text is copied into its step: it is found by its words; a piece that is carried, by its number
_USES = """
SELECT p.series, c.id, c.name, c.state, coalesce(c.started_at, c.starts_at) AS at
FROM piece p
JOIN step s ON s.pieces @> jsonb_build_array(p.id)
  OR (p.kind = 'text' AND length(p.text) > 7 AND position(p.text IN s.text) > 0)
JOIN campaign c ON c.id = s.campaign_id
WHERE p.series = ANY($1::text[])
GROUP BY 1, 2, 3, 4, 5 ORDER BY c.id DESC
"""


class Use(NamedTuple):
    """A campaign that uses a piece."""

    campaign_id: int
    name: str
    state: str
    at: datetime | None


async def of(series: Collection[str]) -> dict[str, list[Use]]:
    """Series -> the campaigns that use one of its versions, the newest first."""
    found: dict[str, list[Use]] = {}
    for row in await database.fetch(_USES, list(series)):
        found.setdefault(row["series"], []).append(Use(row["id"], row["name"], row["state"], row["at"]))
    return found
