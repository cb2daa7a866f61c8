"""What came of a campaign: both arms side by side, by what clients did themselves after the freeze.

Only acts that are open to both arms count: answering an invitation or watching a livestream would prove nothing but the
invitation.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.planning.models import Campaign
from community.clients import timeline
from kernel import clock, database

WATCH_DAYS = 7
BY_INVITATION = ("event.", "livestream.", "link.")
"""Acts that only an invitation makes possible: the control group can't open, accept, watch or tap what it never got."""

# intention to treat: everybody who was drawn counts in the own arm, reached or not
_ARMS = """
SELECT d.arm, count(*) AS people, count(reached.client_id) AS reached, count(active.client_id) AS active,
    count(left_.client_id) AS opted_out
FROM delivery d
LEFT JOIN (SELECT DISTINCT client_id FROM send WHERE campaign_id = $1 AND state IN ('confirmed', 'delivered')) reached
    ON reached.client_id = d.client_id
LEFT JOIN (SELECT DISTINCT client_id FROM timeline_entry WHERE at >= $2 AND at < $3 AND kind = ANY($4::text[])) active
    ON active.client_id = d.client_id
LEFT JOIN (
    SELECT DISTINCT client_id FROM consent
    WHERE NOT granted AND purpose = 'marketing' AND channel = '' AND product_class = ''
        AND created_at >= $2 AND created_at < $3
) left_ ON left_.client_id = d.client_id
WHERE d.campaign_id = $1 AND d.arm <> 'none'
GROUP BY d.arm
"""
_TIERS = """
SELECT d.tier, count(*) AS people, count(reached.client_id) AS reached
FROM delivery d
LEFT JOIN (SELECT DISTINCT client_id FROM send WHERE campaign_id = $1 AND state IN ('confirmed', 'delivered')) reached
    ON reached.client_id = d.client_id
WHERE d.campaign_id = $1 AND d.arm = 'treated' GROUP BY d.tier ORDER BY people DESC
"""


class Arm(NamedTuple):
    """One arm: people drawn, reached (a message was delivered), active and opted out of all marketing afterwards."""

    arm: str
    label: str
    people: int
    reached: int
    active: int
    opted_out: int

    @property
    def active_rate(self) -> float:
        """Share of the people drawn who did something themselves, 0 to 1."""
        return self.active / self.people if self.people else 0.0


class TierLine(NamedTuple):
    """The treated people of one tier, and how many of them were reached."""

    tier: str
    people: int
    reached: int


class Results(NamedTuple):
    """Both arms over the same days; is_final as soon as the days are over."""

    treated: Arm
    control: Arm
    since: datetime
    until: datetime
    is_final: bool
    tiers: list[TierLine]


async def of(campaign: Campaign, days: int = WATCH_DAYS) -> Results | None:
    """The results of a campaign within `days` after its freeze; None before the freeze."""
    if campaign.frozen_at is None:
        return None
    until = campaign.frozen_at + timedelta(days=days)
    rows = {row["arm"]: row for row in await database.fetch(_ARMS, campaign.id, campaign.frozen_at, until, own_acts())}
    return Results(
        _arm("treated", "实验组", rows),
        _arm("control", "对照组", rows),
        campaign.frozen_at,
        until,
        clock.now() >= until,
        [TierLine(**row) for row in await database.fetch(_TIERS, campaign.id)],
    )


def own_acts() -> list[str]:
    """Kinds of entries that clients of both arms can bring about by themselves."""
    own = (name for name, kind in timeline.KINDS.items() if kind.by_client)
    return [name for name in own if not name.startswith(BY_INVITATION)]


def _arm(name: str, label: str, rows: dict[str, database.Row]) -> Arm:
    row = rows.get(name, {})
    counts = (int(row.get(column, 0)) for column in ("people", "reached", "active", "opted_out"))
    return Arm(name, label, *counts)
