"""What conditions can refer to of earlier campaigns: those a person sees, with their events and livestreams."""

from __future__ import annotations

from campaigns.planning import listing
from campaigns.planning.models import Campaign
from kernel import clock, database
from staff.models import Staff

MOST = 60
Pairs = list[tuple[str, str]]

_EVENTS = "SELECT id, campaign_id FROM event WHERE campaign_id = ANY($1::bigint[])"
_LIVESTREAMS = "SELECT id, campaign_id FROM livestream WHERE campaign_id = ANY($1::bigint[])"


async def choices(person: Staff) -> dict[str, Pairs]:
    """Pairs of number and label by field (campaign, event, livestream): campaigns with a frozen audience, newest first.

    Events and livestreams have tables of their own, whose numbers the conditions name.
    """
    found = await listing.visible(person).filter(frozen_at__isnull=False).limit(MOST)
    by_id = {one.id: one for one in found}
    made: dict[str, Pairs] = {"campaign": [(str(one.id), _label(one)) for one in found]}
    for field, sql in (("event", _EVENTS), ("livestream", _LIVESTREAMS)):
        rows = await database.fetch(sql, list(by_id)) if by_id else []
        rows.sort(key=lambda row: -row["campaign_id"])
        made[field] = [(str(row["id"]), _label(by_id[row["campaign_id"]])) for row in rows]
    return made


def _label(campaign: Campaign) -> str:
    day = f"（{clock.local(campaign.frozen_at):%Y-%m-%d}）" if campaign.frozen_at else ""
    return f"{campaign.name}{day}"
