"""What a campaign cost, entered when it is known: no part of what is approved, and nothing that is sent changes."""

from __future__ import annotations

from campaigns.planning import listing
from campaigns.planning.models import Campaign
from kernel import database
from kernel.errors import Refused
from staff import audit
from staff.models import Staff


async def enter(campaign_id: int, cost_fen: int, by: Staff) -> Campaign:
    """Write down the cost in fen. NotFound: not one that this person may change. Refused: it has not begun."""
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if campaign.frozen_at is None:
            raise Refused("活动还没有定名单，开始之后再填写成本", code="campaign.not_begun")
        before, campaign.cost_fen = campaign.cost_fen, cost_fen
        await campaign.save(update_fields=["cost_fen"])
        await audit.record(by, "campaign.cost_entered", "campaign", campaign.id, before=before, after=cost_fen)
    return campaign
