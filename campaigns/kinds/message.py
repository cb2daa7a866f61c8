"""The plain kind: one message to an audience."""

from __future__ import annotations

from campaigns.planning.kind import Kind, StepPlan


class Message(Kind):
    """One text with an optional link card, through WeCom or the official account's open service window."""

    code = "message"
    label = "内容推送"
    channels = ("wecom_message", "oa_service")
    steps = (StepPlan("main", "消息正文"),)
