"""The plain kind: one message to an audience, person by person."""

from __future__ import annotations

from campaigns.planning.kind import Kind, StepPlan


class Message(Kind):
    """One text with an optional link card: by members in WeCom, in the open service window, or as a mass send."""

    code = "message"
    label = "内容推送"
    channels = ("wecom_message", "oa_service", "oa_mass")
    steps = (StepPlan("main", "消息正文"),)
