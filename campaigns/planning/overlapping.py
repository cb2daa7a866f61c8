"""Other campaigns of these days that speak to the same people: how many, so that nobody is asked too often."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.audience import deciding
from campaigns.audience.deciding import Audience
from campaigns.planning import lifecycle, listing
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from staff.models import Staff

DAYS = 7
MOST = 12
STATES = ("submitted", "approved", "scheduled", "sending", "paused", "held")

_FROZEN = """
SELECT count(*)::int AS n FROM ({members}) m
JOIN delivery d ON d.client_id = m.id AND d.campaign_id = $1 AND d.decision = 'due'
"""
_PLANNED = "SELECT count(*)::int AS n FROM ({members}) m JOIN ({others}) other ON other.id = m.id"


class Overlap(NamedTuple):
    """Another campaign, and how many of the audience are in its audience, too."""

    campaign_id: int
    name: str
    state: str
    starts_at: datetime | None
    clients: int


async def of(audience: Audience, person: Staff, *, at: datetime | None = None, but: int | None = None) -> list[Overlap]:
    """Campaigns that this person sees and that are under way or start within seven days of `at`, the largest first."""
    middle = at or clock.now()
    around = (middle - timedelta(days=DAYS), middle + timedelta(days=DAYS))
    found = await listing.visible(person).filter(state__in=STATES).exclude(id=but or 0).limit(10 * MOST)
    near = [one for one in found if around[0] <= (one.started_at or one.starts_at or middle) <= around[1]][:MOST]
    shared = [Overlap(one.id, one.name, one.state, one.starts_at, await _shared(audience, one)) for one in near]
    return sorted((one for one in shared if one.clients), key=lambda one: -one.clients)


def state_name(state: str) -> str:
    """What a state is called."""
    return lifecycle.NAMES[state]


async def _shared(audience: Audience, other: Campaign) -> int:
    members = await deciding.members(audience, first=2)
    if other.frozen_at is not None:
        sql = _FROZEN.format(members=members.sql)
        return int(await database.fetch_value(sql, other.id, *members.arguments) or 0)
    try:
        members = await deciding.members(audience)
        others = await deciding.members(await listing.audience_of(other), first=1 + len(members.arguments))
    except Refused:
        return 0
    sql = _PLANNED.format(members=members.sql, others=others.sql)
    return int(await database.fetch_value(sql, *members.arguments, *others.arguments) or 0)
