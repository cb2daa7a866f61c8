"""A service notice: what clients must know or asked to be told, by template or subscription; never marketing."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.planning.kind import Kind, StepPlan
from campaigns.planning.models import Campaign, Step


class Notice(Kind):
    """One notice to an audience; products and offers are refused in its text, whoever reads it."""

    code = "notice"
    label = "服务通知"
    channels = ("oa_template", "oa_subscribe")
    steps = (StepPlan("main", "通知正文", purpose="service", text="系统升级通知\n{称呼}您好，我行系统将于今晚升级。"),)

    async def expires_at(self, campaign: Campaign, step: Step, due_at: datetime) -> datetime:
        """A notice of yesterday is no notice."""
        return due_at + timedelta(days=1)
