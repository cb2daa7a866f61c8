"""How many people a campaign reaches as it stands, whatever its kind: the waterfall that pages and approvals show."""

from __future__ import annotations

from campaigns.audience import sampling, segments
from campaigns.audience.segments import Exclusion, Waterfall
from campaigns.planning import arbitration, kind
from campaigns.planning.models import Campaign
from kernel import database

OPEN = """
SELECT coalesce(sum(t.people), 0)::int AS people,
    coalesce(sum(t.people) FILTER (WHERE {bucket} < $2::int * 100), 0)::int AS held
FROM ({targets}) t
"""


async def people(campaign: Campaign) -> Waterfall:
    """The people of a campaign step by step; where anybody reads, the clients in its groups or of its members."""
    chosen = kind.of(campaign.kind)
    if not chosen.is_open:
        return await segments.waterfall(await arbitration.audience_of(campaign))
    targets = await chosen.targets(campaign, first=3)
    statement = OPEN.format(targets=targets.sql, bucket=sampling.bucket_sql("$1", "t.recipient"))
    row = await database.fetch_one(statement, campaign.salt, campaign.control_percent, *targets.arguments)
    total, held = (row["people"], row["held"]) if row else (0, 0)
    exclusions = [Exclusion("held_out", "本次活动对照组", held)] if held else []
    return Waterfall(total, exclusions, total - held)
