"""Event invitation (邀约会): seats, a personal page to accept or decline, a waiting list, a reminder, check-in."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from campaigns.content.findings import Finding
from campaigns.events import cancelling, invitations
from campaigns.events.models import Event
from campaigns.kinds import moments
from campaigns.planning.kind import Kind, StepPlan
from campaigns.planning.models import Campaign, Step
from kernel import clock
from kernel.errors import Refused

DAY_BEFORE = timedelta(days=1)
HOURS_BEFORE = timedelta(hours=2)
INVITED = """EXISTS (SELECT 1 FROM invitation i JOIN event e ON e.id = i.event_id
WHERE e.campaign_id = d.campaign_id AND i.client_id = d.client_id AND i.state IN ({states}))"""


class EventInvitation(Kind):
    """Invites to an occasion with a limited number of seats."""

    code = "event_invitation"
    label = "邀约会"
    channels = ("wecom_message", "oa_service")
    steps = (
        StepPlan("main", "邀请", text="{称呼}您好，诚邀您参加我行客户活动，席位有限。详情与答复：{活动链接}"),
        StepPlan(
            "reminder",
            "提醒",
            who="accepted",
            purpose="service",
            text="{称呼}您好，您报名的活动即将举行，入场请出示二维码：{活动链接}",
        ),
        StepPlan("attended", "参加后感谢", who="attended", is_optional=True),
        StepPlan("absent", "未到跟进", who="absent", is_optional=True),
    )
    who = {  # noqa: RUF012  # read only, as in the base
        "all": "TRUE",
        "accepted": INVITED.format(states="'accepted', 'attended'"),
        "attended": INVITED.format(states="'attended'"),
        "absent": INVITED.format(states="'accepted'"),
    }
    has_personal_links = True

    async def save(self, campaign: Campaign, details: Mapping[str, Any]) -> None:
        """Place, time, seats and reply-by."""
        starts_at = moments.read(details.get("starts_at"))
        if starts_at is None:
            raise Refused("请填写活动开始时间", code="event.starts_at")
        await invitations.describe(
            campaign,
            place=str(details.get("place") or ""),
            starts_at=starts_at,
            seats=moments.whole(details.get("seats")),
            reply_by=moments.read(details.get("reply_by")),
        )

    async def details(self, campaign: Campaign) -> dict[str, Any]:
        """What the approver sees of the occasion."""
        event = await Event.get_or_none(campaign_id=campaign.id)
        if event is None:
            return {}
        return {
            "place": event.place,
            "starts_at": event.starts_at.isoformat(),
            "seats": event.seats,
            "reply_by": event.reply_by.isoformat() if event.reply_by else None,
        }

    async def findings(self, campaign: Campaign) -> list[Finding]:
        """No occasion, or one that is over before the invitations go out."""
        event = await Event.get_or_none(campaign_id=campaign.id)
        if event is None:
            return [Finding("event.missing", "还没有填写活动时间、地点和席位", "填写邀约会信息", "details")]
        # a planned start may lie in the past: a campaign that was held and is let go now
        sent_at = max(campaign.starts_at or clock.now(), clock.now())
        if event.starts_at <= sent_at:
            return [Finding("event.past", "活动开始时间早于邀请发送时间", "改活动时间或发送时间", "details")]
        if event.reply_by and event.reply_by <= sent_at:
            return [Finding("event.reply_past", "回复截止早于邀请发送时间", "改回复截止时间", "details")]
        return []

    async def due_times(self, campaign: Campaign, started_at: datetime) -> dict[str, datetime]:
        """Invitations at once; the reminder a day before, or two hours before when the day before has passed."""
        event = await invitations.of_campaign(campaign.id)
        reminder = event.starts_at - DAY_BEFORE
        if reminder <= started_at:
            reminder = max(event.starts_at - HOURS_BEFORE, started_at)
        after = event.starts_at + DAY_BEFORE
        return {"main": started_at, "reminder": reminder, "attended": after, "absent": after}

    async def expires_at(self, campaign: Campaign, step: Step, due_at: datetime) -> datetime:
        """An invitation or a reminder is useless once the event has begun."""
        if step.code in ("main", "reminder"):
            return (await invitations.of_campaign(campaign.id)).starts_at
        return await super().expires_at(campaign, step, due_at)

    async def on_frozen(self, campaign: Campaign) -> None:
        """One invitation per person who will get the message."""
        await invitations.invite_frozen(campaign.id)

    async def on_cancelled(self, campaign: Campaign) -> None:
        """Those who counted on it are told."""
        await cancelling.tell_guests(campaign)

    async def links(self, campaign: Campaign, step: Step, client_ids: Collection[int]) -> dict[int, str]:
        """Each guest's own page."""
        event = await invitations.of_campaign(campaign.id)
        return await invitations.links(event.id, list(client_ids))
