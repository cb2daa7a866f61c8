"""Putting campaigns away from the list that are of no more use there; nothing of them is lost."""

from __future__ import annotations

from campaigns.planning import lifecycle, listing
from campaigns.planning.models import Campaign
from kernel import clock, database
from kernel.errors import Refused
from staff import audit, permissions
from staff.models import Staff

STATES = ("draft", "finished", "cancelled")


async def archive(campaign_id: int, by: Staff) -> Campaign:
    """Put a campaign away. Refused: it waits for something or is under way. Twice changes nothing."""
    return await _move(campaign_id, by, away=True)


async def unarchive(campaign_id: int, by: Staff) -> Campaign:
    """Back into the list."""
    return await _move(campaign_id, by, away=False)


async def _move(campaign_id: int, by: Staff, *, away: bool) -> Campaign:
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if away and campaign.state not in STATES:
            raise Refused(f"活动{lifecycle.NAMES[campaign.state]}，不能归档", code="campaign.archive", status=409)
        if (campaign.archived_at is not None) != away:
            campaign.archived_at = clock.now() if away else None
            await campaign.save(update_fields=["archived_at"])
            await audit.record(by, "campaign.archived" if away else "campaign.unarchived", "campaign", campaign.id)
    return campaign
