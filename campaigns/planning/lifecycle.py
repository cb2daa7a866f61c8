"""The states of a campaign and every legal move between them; pure, and the only place that knows them."""

from __future__ import annotations

from kernel.errors import Refused

NAMES = {
    "draft": "草稿",
    "submitted": "待审批",
    "approved": "已批准",
    "scheduled": "已排期",
    "sending": "发送中",
    "paused": "已暂停",
    "held": "已搁置",
    "finished": "已结束",
    "cancelled": "已取消",
}

# verb -> (states it may start from, state it leads to)
MOVES: dict[str, tuple[tuple[str, ...], str]] = {
    "edit": (("draft", "submitted", "approved", "scheduled", "held"), "draft"),
    "submit": (("draft",), "submitted"),
    "give_back": (("submitted",), "draft"),
    "approve": (("submitted",), "approved"),
    "schedule": (("approved",), "scheduled"),
    "start": (("approved", "scheduled"), "sending"),
    "hold": (("approved", "scheduled"), "held"),
    "release": (("held",), "sending"),
    "pause": (("sending",), "paused"),
    "resume": (("paused",), "sending"),
    "finish": (("sending",), "finished"),
    "resend": (("sending", "finished"), "sending"),
    "cancel": (("draft", "submitted", "approved", "scheduled", "sending", "paused", "held"), "cancelled"),
}

VERBS = {
    "edit": "修改",
    "submit": "提交审批",
    "give_back": "退回",
    "approve": "批准",
    "schedule": "排期",
    "start": "开始发送",
    "hold": "搁置",
    "release": "放行",
    "pause": "暂停",
    "resume": "继续",
    "finish": "结束",
    "resend": "补发",
    "cancel": "取消",
}


def may(verb: str, state: str) -> bool:
    """Whether a campaign in this state allows the verb; an unknown verb is a bug."""
    return state in MOVES[verb][0]


def after(verb: str, state: str) -> str:
    """The state that the verb leads to. Refused: not from here."""
    origins, target = MOVES[verb]
    if state not in origins:
        raise Refused(f"活动{NAMES[state]}，不能{VERBS[verb]}", code="campaign.illegal_move", status=409)
    return target
