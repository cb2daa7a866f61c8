"""What WeChat sends us: rate, lag by lane, repeats, refusals, dead letters to replay, and what nobody understands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import Response

from kernel import clock
from kernel.errors import Refused
from staff import permissions
from staff.models import Staff
from web import forms
from web.console.api_call_words import SIDES
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import accounts

STATES = {
    "received": "待处理",
    "claimed": "处理中",
    "failed": "等待重试",
    "dead": "死信",
    "unknown": "未识别",
    "quarantined": "隔离",
    "handled": "24 小时内已处理",
}
LANES = {"urgent": "欢迎语", "messages": "客户消息与操作", "callbacks": "其他通知"}
LANE_NOTES = {
    "urgent": "新好友的欢迎码只有 20 秒",
    "messages": "发消息、点菜单、扫码、关注，客户正在等",
    "callbacks": "群变动、标签、发送结果等",
}
REASONS = {
    "signature": "签名不符",
    "stale": "时间超出范围",
    "receiver": "不是发给我们的",
    "ciphertext": "密文损坏",
    "plain_refused": "未加密",
    "malformed": "格式错误",
    "doctype": "含有文档声明",
    "size": "内容过大",
    "not_configured": "没有这个账号",
    "unexpected": "处理时出错",
}


class Callbacks(Protocol):
    """The inbox; processes.web hands it in as app.state.callbacks, since web and webhooks don't know each other."""

    async def counts(self) -> Sequence[Any]:
        """Callbacks by state."""

    async def failed(self, limit: int = 50) -> Sequence[Any]:
        """Dead letters and those that wait for another try."""

    async def refused(self) -> Sequence[Any]:
        """What was turned away lately."""

    async def standing(self) -> Any:
        """Rates, times and lags."""

    async def listed(self, limit: int = 100) -> Sequence[Any]:
        """Unknown kinds."""

    async def kept(self, limit: int = 50) -> Sequence[Any]:
        """Callbacks that lack something."""

    async def try_again(self, ids: Sequence[int], by: Staff) -> int:
        """Give these a fresh start."""

    async def let_go(self, side: str, app: str, kind: str, by: Staff) -> int:
        """Nobody needs this unknown kind."""

    async def examine_again(self, by: Staff) -> int:
        """Read what was set aside anew."""


@dataclass(frozen=True)
class RetryForm:
    """Which callbacks to try again."""

    ids: list[int] = forms.field("回调", default_factory=list)


@dataclass(frozen=True)
class KindForm:
    """An unknown kind of callback."""

    side: str = forms.field("来源", longest=20)
    app: str = forms.field("账号", longest=64)
    kind: str = forms.field("类型", longest=60)


async def show(request: Request) -> Response:
    """GET /settings/intake"""
    return render(request, "console/intake/page.html", **await _facts(request))


async def progress(request: Request) -> Response:
    """GET /settings/intake/now: the part of the page that moves."""
    return render(request, "console/intake/now.html", **await _facts(request))


async def retry(request: Request) -> Response:
    """POST /settings/intake/callbacks: try dead letters again."""
    form = await forms.read(request, RetryForm)
    if not form.ids:
        raise Refused("请先选择要重试的回调", code="intake.nothing_chosen")
    count = await _callbacks(request).try_again(form.ids[:500], by=request.user)
    return see_other(request, "intake", notice=_("已重新处理 %(n)s 条回调") % {"n": count})


async def let_go(request: Request) -> Response:
    """POST /settings/intake/unknown: one unknown kind is not needed."""
    form = await forms.read(request, KindForm)
    count = await _callbacks(request).let_go(form.side, form.app, form.kind, by=request.user)
    return see_other(request, "intake", notice=_("已放下 %(n)s 条未识别的回调") % {"n": count})


async def examine(request: Request) -> Response:
    """POST /settings/intake/examination: after an update, read what was set aside anew."""
    count = await _callbacks(request).examine_again(by=request.user)
    return see_other(request, "intake", notice=_("重新识别了 %(n)s 条回调") % {"n": count})


async def _facts(request: Request) -> dict[str, Any]:
    callbacks = _callbacks(request)
    standing = await callbacks.standing()
    return {
        "now": standing,
        "minutes": [
            (clock.local(one.at).strftime("%H:%M"), one.received, one.repeated) for one in reversed(standing.minutes)
        ],
        "names": {app.key: app.name or app.receive_id for app in accounts.every()},
        "kinds": {app.key: SIDES[app.side] for app in accounts.every()},
        "counts": {count.state: count for count in await callbacks.counts()},
        "letters": await callbacks.failed(),
        "refused": await callbacks.refused(),
        "unknown": await callbacks.listed(),
        "quarantined": await callbacks.kept(),
        "may_repair": permissions.may(request.user, "health.repair"),
        "states": STATES,
        "sides": SIDES,
        "lanes": LANES,
        "lane_notes": LANE_NOTES,
        "reasons": REASONS,
    }


def _callbacks(request: Request) -> Callbacks:
    found: Callbacks = request.app.state.callbacks
    return found
