"""Whether campaigns keep within their guard-rails, and stopping those that don't while anything is still to be sent."""

from __future__ import annotations

from typing import NamedTuple

from campaigns.planning import goals, running
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused

FEWEST = 100
"""Reached clients under which a share says nothing yet: two who leave of ten are chance."""
# each client once, from the first message that arrived on; what was noted before it is none of the campaign's
COUNTS = """
WITH reached AS (
    SELECT client_id, min(accepted_at) AS at FROM send
    WHERE campaign_id = $1 AND state IN ('accepted', 'confirmed', 'delivered') AND accepted_at IS NOT NULL
    GROUP BY client_id
), noted AS (
    SELECT r.client_id, bool_or(e.kind = 'complaint.received') AS complaint,
        bool_or(e.kind IN ('contact.lost', 'fan.unfollowed')) AS lost
    FROM reached r JOIN timeline_entry e ON e.client_id = r.client_id AND e.at >= r.at AND e.at < $2
    WHERE e.kind IN ('complaint.received', 'contact.lost', 'fan.unfollowed') GROUP BY r.client_id
), refused AS (
    SELECT DISTINCT r.client_id FROM reached r JOIN consent c ON c.client_id = r.client_id
        AND c.created_at >= r.at AND c.created_at < $2
    WHERE NOT c.granted AND c.purpose = 'marketing' AND c.channel = '' AND c.product_class = ''
)
SELECT (SELECT count(*) FROM reached)::int AS reached, (SELECT count(*) FROM refused)::int AS opt_out,
    (SELECT count(*) FROM noted WHERE complaint)::int AS complaint, (SELECT count(*) FROM noted WHERE lost)::int AS lost
"""
GUARDED = "SELECT id FROM campaign WHERE state = 'sending' AND guardrails <> '{}'::jsonb ORDER BY id"


class Standing(NamedTuple):
    """One guard-rail now: clients it happened to, of so many reached, against the limit in percent."""

    code: str
    label: str
    clients: int
    reached: int
    limit: float

    @property
    def percent(self) -> float:
        """The share of the reached clients in percent."""
        return 100 * self.clients / self.reached if self.reached else 0.0

    @property
    def is_passed(self) -> bool:
        """Whether the limit is passed by enough people to say so."""
        return self.reached >= FEWEST and self.percent > self.limit


async def of(campaign: Campaign) -> list[Standing]:
    """The guard-rails of a campaign as they stand; empty where it has none."""
    if not campaign.guardrails:
        return []
    row = await database.fetch_one(COUNTS, campaign.id, clock.now()) or {}
    return [
        Standing(code, goals.GUARDS[code].label, row.get(code, 0), row.get("reached", 0), float(limit))
        for code, limit in campaign.guardrails.items()
        if code in goals.GUARDS
    ]


async def stop_passed() -> list[int]:
    """Pause every campaign under way that passed a guard-rail; returns which. Whoever resumes it has read why."""
    paused = []
    for row in await database.fetch(GUARDED):
        campaign = await Campaign.get(id=row["id"])
        passed = [one for one in await of(campaign) if one.is_passed]
        if not passed or await _was_resumed(campaign.id):
            continue
        said = "、".join(f"{one.label} {one.percent:.1f}%（上限 {one.limit:g}%）" for one in passed)
        try:
            await running.pause(campaign.id, f"超过护栏指标：{said}，已自动暂停", None)
        except Refused:
            # a person paused or cancelled it in the same moment
            continue
        paused.append(campaign.id)
    return paused


async def _was_resumed(campaign_id: int) -> bool:
    # a person looked at it and went on: the same figures shall not stop it again
    sql = """
    SELECT EXISTS (SELECT 1 FROM audit_entry r WHERE r.subject = 'campaign' AND r.subject_id = $1
        AND r.action = 'campaign.resumed' AND r.id > (SELECT max(p.id) FROM audit_entry p
            WHERE p.subject = 'campaign' AND p.subject_id = $1 AND p.action = 'campaign.paused'
            AND p.detail ->> 'reason' LIKE '超过护栏指标%'))
    """
    return bool(await database.fetch_value(sql, campaign_id))
