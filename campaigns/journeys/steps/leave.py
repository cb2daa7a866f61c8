"""The end of the journey for whoever comes here, before its last step."""

from __future__ import annotations

from campaigns.journeys.steps.face import StepKind


class Leave(StepKind):
    """An early end."""

    code = "leave"
    label = "离开旅程"
    icon = "logout"
    about = "走到这里的客户结束旅程"
