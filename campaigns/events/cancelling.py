"""An event that doesn't take place: those who counted on it are told, nobody else."""

from __future__ import annotations

from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from community.sending import telling
from kernel import clock


async def tell_guests(campaign: Campaign) -> int:
    """Tell everybody with a seat or a place on the waiting list, once; how many. Inside the caller's transaction."""
    # locked as for a reply: whoever accepts in this moment is either told here or refused there
    event = await Event.filter(campaign_id=campaign.id).select_for_update().first()
    if event is None or clock.now() >= event.starts_at:
        return 0
    # bounded by seats and waiting list, and each needs a channel of its own
    expecting = await Invitation.filter(event_id=event.id, state__in=("accepted", "waiting")).order_by("id")
    when = clock.local(event.starts_at).strftime("%-m 月 %-d 日")
    for invitation in expecting:
        text = f"很抱歉，原定 {when}举行的“{campaign.name}”已取消，感谢您的理解。"
        key = f"event:{event.id}:cancelled:{invitation.client_id}"
        await telling.tell(invitation.client_id, text, key=key, step="cancelled", expires_at=event.starts_at)
    return len(expecting)
