"""At the door: a member of staff enters or scans the code; the second scan is refused with the time of the first."""

from __future__ import annotations

from campaigns.events import invitations, replies
from campaigns.events.models import Invitation
from community.clients import timeline
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import audit
from staff.models import Staff


async def check_in(campaign_id: int, code: str, by: Staff) -> Invitation:
    """Mark one guest as attended. Refused: unknown code, no seat, or checked in before (with the time)."""
    async with database.transaction():
        event = await invitations.of_campaign(campaign_id)
        tidy = "".join(code.split()).upper()
        invitation = await Invitation.filter(event_id=event.id, code=tidy).select_for_update().first()
        if invitation is None:
            raise NotFound("没有这个入场码，请核对后重试")
        await replies.refuse_when_cancelled(event)
        if invitation.checked_in_at is not None:
            first = clock.local(invitation.checked_in_at).strftime("%H:%M:%S")
            raise Refused(f"该入场码已在 {first} 签到，不能重复使用", code="event.checked_in", status=409)
        if invitation.state != "accepted":
            raise Refused(_why_not(invitation.state), code="event.no_seat", status=409)
        invitation.state, invitation.checked_in_at = "attended", clock.now()
        invitation.checked_in_by_id = by.id
        await invitation.save()
        await timeline.record(invitation.client_id, "event.attended", by=by, event=event.id)
        await audit.record(by, "event.checked_in", "invitation", invitation.id)
        return invitation


def _why_not(state: str) -> str:
    if state == "waiting":
        return "这位客户还在候补名单上，没有席位"
    return "这位客户已谢绝邀约" if state == "declined" else "这位客户还没有接受邀约"
