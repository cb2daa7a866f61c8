"""What lists of approvals show of a campaign, and what the next approver compares with; no personal data."""

from __future__ import annotations

from typing import Any

from campaigns.audience import describing
from campaigns.planning import fingerprint, kind, reaching
from campaigns.planning.models import Campaign
from kernel import database
from staff.models import Staff

# whoever had a hand in it since it was last approved: what stood then another person has answered for
_EDITORS = """
SELECT DISTINCT staff_id FROM audit_entry
WHERE subject = 'campaign' AND subject_id = $1 AND staff_id IS NOT NULL
  AND action IN ('campaign.created', 'campaign.edited', 'campaign.copied') AND id > coalesce((
    SELECT max(id) FROM audit_entry
    WHERE subject = 'campaign' AND subject_id = $1 AND action = 'approval.approved'), 0)
"""


async def of(campaign: Campaign, by: Staff) -> dict[str, Any]:
    """The summary of a question about this campaign; `due` is how many people it reaches."""
    people = await reaching.people(campaign)
    return {
        "title": campaign.name,
        "kind": kind.of(campaign.kind).label,
        "starts_at": campaign.starts_at.isoformat() if campaign.starts_at else None,
        "audience": await describing.describe(campaign.conditions),
        "total": people.total,
        "due": people.due,
        "control_percent": campaign.control_percent,
        "branch_id": campaign.branch_id,
        "contents": await fingerprint.contents(campaign),
        "maker_ids": sorted({campaign.author_id, campaign.last_editor_id, by.id, *await _editors(campaign)}),
    }


async def _editors(campaign: Campaign) -> list[int]:
    return [row["staff_id"] for row in await database.fetch(_EDITORS, campaign.id)]
