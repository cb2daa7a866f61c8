"""What staff did: who, what, to which thing, when."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from staff import audit_reading
from web import forms, paging
from web.console import audit_story
from web.language import gettext as _
from web.rendering import render

SIZE = 50
ACTIONS = {
    "sign_in.succeeded": "登录",
    "sign_in.failed": "登录失败",
    "sign_in.ended": "退出登录",
    "client.revealed": "查看客户完整信息",
    "approval.approved": "批准",
    "approval.returned": "退回",
    "campaign.created": "新建活动",
    "campaign.copied": "复制活动",
    "campaign.edited": "修改活动",
    "campaign.submitted": "提交审批",
    "campaign.approved": "活动获批",
    "campaign.started": "开始发送",
    "campaign.paused": "暂停活动",
    "campaign.resumed": "继续活动",
    "campaign.cancelled": "取消活动",
    "campaign.reminded": "提醒员工确认",
    "campaign.exported": "导出",
    "campaign.held": "搁置活动",
    "campaign.released": "放行活动",
    "campaign.finished": "活动结束",
    "campaign.tried": "试发",
    "import.refused_downloaded": "下载未导入的行",
    "event.checked_in": "签到",
    "event.seats_changed": "调整席位",
    "group.welcome_changed": "修改入群欢迎语",
    "piece.saved": "保存内容",
    "piece.retired": "停用内容",
    "segment.saved": "保存分群",
    "send.decided": "核实消息",
    "callback.replayed": "重试回调",
    "staff.hired": "新增成员",
    "staff.left_wecom": "成员离开企业微信",
    "branch.opened": "新增机构",
    "key.rotation_began": "开始密钥轮换",
    "key.rotation_paused": "暂停密钥轮换",
    "key.rotation_resumed": "继续密钥轮换",
    "key.destroyed": "销毁密钥",
    "key.rewrapped": "更换主密钥",
}
GROUPS = (
    ("sign_in.", "登录"),
    ("client.", "客户"),
    ("approval.", "审批"),
    ("campaign.", "活动"),
    ("event.", "邀约会"),
    ("send.", "消息"),
    ("callback.", "回调"),
    ("staff.", "成员"),
)


@dataclass(frozen=True)
class AuditFilters:
    """What the list is narrowed to."""

    action: str = forms.field("类别", longest=60, default="")


async def show(request: Request) -> Response:
    """GET /audit"""
    given = forms.query(request, AuditFilters)
    filters = audit_reading.Filters(action=given.action)
    total = await audit_reading.count(request.user, filters)
    entries = await audit_reading.page(request.user, filters, SIZE)
    return render(
        request,
        "console/audit.html",
        given=given,
        lines=await audit_story.told(entries, request.user),
        page_of=paging.read(request, total, size=SIZE),
        actions=ACTIONS,
        groups=[(prefix, _(name)) for prefix, name in GROUPS],
    )
