"""To whom the release of a stopped campaign belongs: to the unit of the campaign, whoever pulled the stop."""

from __future__ import annotations

from campaigns.planning.models import Campaign
from community.sending import stops


async def unit_of(stream_id: int) -> int | None:
    """The unit of the campaign that sends on this stream; None: head office, or no campaign."""
    found = await Campaign.filter(stream_id=stream_id).first()
    return found.branch_id if found is not None else None


stops.tell_units(unit_of)
