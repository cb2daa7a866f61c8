"""Is everything running: queues, callbacks and dead letters, messages that wait, last runs of the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from starlette.requests import Request
from starlette.responses import Response

from community.sending import reconciling, tallies
from kernel import vitals
from staff import permissions
from web import forms, words
from web.language import gettext as _
from web.rendering import render, see_other

QUEUE_NAMES = {"urgent": "紧急", "messages": "客户消息", "callbacks": "回调", "campaigns": "活动", "default": "一般"}
CALLBACK_STATES = {
    "received": "待处理",
    "claimed": "处理中",
    "failed": "等待重试",
    "dead": "死信",
    "handled": "24 小时内已处理",
    "unknown": "暂不认识",
    "quarantined": "内容缺失，已隔离",
}
JOBS = {
    "sweep-callbacks": "处理漏下的回调",
    "sweep-welcomes": "处理漏下的新好友",
    "sweep-messages": "处理漏下的客户消息",
    "dispatch-due": "发送到时间的消息",
    "poll-results": "读取员工确认结果",
    "reconcile-sends": "核对结果不明的消息",
    "start-campaigns": "开始到时间的活动",
    "finish-campaigns": "暂停出错的、结束完成的活动",
    "follow-livestreams": "跟进直播",
    "read-people": "读取新关注者与新好友资料",
    "follow-transfers": "跟进客户转接",
    "read-tags": "读取企业微信标签",
    "read-groups": "读取客户群成员",
    "greet-newcomers": "提醒群主欢迎新成员",
    "reconcile-community": "每日全部核对",
    "reconcile-changes": "每小时核对变化",
    "resume-reconciling": "继续中断的核对",
    "nightly-figures": "每日计算指标",
    "review-tiers": "月度分层复核",
    "tell-of-grants": "通知客户新权益",
    "follow-documents": "跟进证件到期",
    "expire-approvals": "作废过期的审批",
    "link-audit": "把操作留痕连入校验链",
    "sweep-exports": "清理导出文件",
    "reconcile-points": "核对积分",
    "rotate-keys": "继续密钥轮换",
    "forget-minutes": "清理接收计数",
    "forget-sessions": "清理过期登录",
    "keep-to-retention": "按保存期限清理数据",
    "erase-approved": "执行已批准的删除",
}
OUTCOMES = {"running": "运行中", "done": "完成", "failed": "失败"}
OUTCOME_TONES = {"running": "run", "done": "good", "failed": "bad"}


class Callbacks(Protocol):
    """The inbox; processes.web hands it in as app.state.callbacks, since web and webhooks don't know each other."""

    async def counts(self) -> Sequence[Any]:
        """Callbacks by state."""


@dataclass(frozen=True)
class DecisionForm:
    """What a person says of a message that nobody can ask WeChat about."""

    verdict: Literal["close", "repeat"] = forms.field("处理方式")


async def show(request: Request) -> Response:
    """GET /settings/health"""
    callbacks = _callbacks(request)
    return render(
        request,
        "console/health.html",
        queues=await vitals.queues(),
        database=await vitals.postgres(),
        runs=await vitals.last_runs(),
        counts={count.state: count for count in await callbacks.counts()},
        waiting=await tallies.waiting(),
        sends=await tallies.by_state(7),
        undecided=await reconciling.undecided(50),
        may_repair=permissions.may(request.user, "health.repair"),
        queue_names=QUEUE_NAMES,
        callback_states=CALLBACK_STATES,
        channels=words.CHANNELS,
        send_states=words.SEND_STATES,
        send_tones=words.SEND_TONES,
        outcomes=OUTCOMES,
        jobs=JOBS,
        outcome_tones=OUTCOME_TONES,
    )


async def decide(request: Request) -> Response:
    """POST /settings/health/sends/{id}/decision: close an unclear message, or send it again."""
    form = await forms.read(request, DecisionForm)
    await reconciling.decide_unknown(request.path_params["id"], form.verdict == "repeat", request.user)
    notice = _("已重新排队发送") if form.verdict == "repeat" else _("已关闭，不再发送")
    return see_other(request, "health", notice=notice)


def _callbacks(request: Request) -> Callbacks:
    found: Callbacks = request.app.state.callbacks
    return found
