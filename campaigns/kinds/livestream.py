"""Livestream (直播): booked in WeCom, reserved by clients, a reminder five minutes before, follow-up by attendance."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from campaigns.content.findings import Finding
from campaigns.kinds import moments
from campaigns.livestreams import booking, guests, tasks
from campaigns.livestreams.models import Livestream as LivestreamRow
from campaigns.planning.kind import Kind, StepPlan
from campaigns.planning.models import Campaign, Step
from kernel import clock
from kernel.errors import Refused

REMIND_BEFORE = timedelta(minutes=5)
WATCHED = """EXISTS (SELECT 1 FROM attendance a JOIN livestream l ON l.id = a.livestream_id
WHERE l.campaign_id = d.campaign_id AND a.client_id = d.client_id)"""
RESERVED = """EXISTS (SELECT 1 FROM live_guest g JOIN livestream l ON l.id = g.livestream_id
WHERE l.campaign_id = d.campaign_id AND g.client_id = d.client_id AND g.reserved_at IS NOT NULL)"""


class Livestream(Kind):
    """Invites to a livestream and follows up by who watched."""

    code = "livestream"
    label = "直播"
    channels = ("wecom_message", "oa_service")
    steps = (
        StepPlan("main", "邀请", text="{称呼}您好，诚邀您观看我行直播，可先预约开播提醒：{活动链接}"),
        StepPlan(
            "reminder",
            "开播提醒",
            who="reserved",
            purpose="service",
            text="您预约的直播将在 5 分钟后开始：{活动链接}",
        ),
        StepPlan("attended", "观看后跟进", who="attended", text="感谢您观看今天的直播，如有疑问欢迎随时联系我。"),
        StepPlan("absent", "未观看跟进", who="absent", text="今天的直播您可能没赶上，需要要点回顾请回复我。"),
    )
    who = {  # noqa: RUF012  # read only, as in the base
        "all": "TRUE",
        "reserved": RESERVED,
        "attended": WATCHED,
        "absent": f"NOT {WATCHED}",
    }
    has_personal_links = True

    async def save(self, campaign: Campaign, details: Mapping[str, Any]) -> None:
        """Who is on air, when and for how long."""
        starts_at = moments.read(details.get("starts_at"))
        if starts_at is None:
            raise Refused("请填写开播时间", code="livestream.starts_at")
        anchor = str(details.get("anchor_userid") or "")
        minutes = moments.whole(details.get("minutes")) or 60
        await booking.describe(campaign, anchor_userid=anchor, starts_at=starts_at, minutes=minutes)

    async def details(self, campaign: Campaign) -> dict[str, Any]:
        """What the approver sees of the livestream."""
        row = await LivestreamRow.get_or_none(campaign_id=campaign.id)
        if row is None:
            return {}
        return {"anchor_userid": row.anchor_userid, "starts_at": row.starts_at.isoformat(), "minutes": row.minutes}

    async def findings(self, campaign: Campaign) -> list[Finding]:
        """No livestream, or one that begins before its invitations go out."""
        row = await LivestreamRow.get_or_none(campaign_id=campaign.id)
        if row is None:
            return [Finding("livestream.missing", "还没有填写主播和开播时间", "填写直播信息", "details")]
        if row.starts_at <= max(campaign.starts_at or clock.now(), clock.now()):
            return [Finding("livestream.past", "开播时间早于邀请发送时间", "改开播时间或发送时间", "details")]
        return []

    async def due_times(self, campaign: Campaign, started_at: datetime) -> dict[str, datetime]:
        """Invitations at once, the reminder five minutes before; the follow-up waits for the attendance."""
        row = await booking.of_campaign(campaign.id)
        return {"main": started_at, "reminder": max(row.starts_at - REMIND_BEFORE, started_at)}

    async def expires_at(self, campaign: Campaign, step: Step, due_at: datetime) -> datetime:
        """ "Starts in five minutes" is never said after the start, and nobody is invited to what is over."""
        if step.code in ("main", "reminder"):
            row = await booking.of_campaign(campaign.id)
            return row.starts_at if step.code == "reminder" else booking.ends_at(row)
        return await super().expires_at(campaign, step, due_at)

    async def on_frozen(self, campaign: Campaign) -> None:
        """Guests get their page, WeCom the booking."""
        row = await booking.of_campaign(campaign.id)
        await guests.invite_frozen(campaign.id)
        tasks.book.later(row.id)

    async def on_cancelled(self, campaign: Campaign) -> None:
        """WeCom is told after the commit."""
        tasks.cancel.later(campaign.id)

    async def links(self, campaign: Campaign, step: Step, client_ids: Collection[int]) -> dict[int, str]:
        """Each guest's own page."""
        row = await booking.of_campaign(campaign.id)
        return await guests.links(row.id, list(client_ids))
