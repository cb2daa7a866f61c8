"""The facts of an audit entry in words: every key by its label, every code by its name, groups of facts one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.kinds import registry
from campaigns.planning import lifecycle
from community.privacy import requests
from community.sending import stops
from staff import approval_kinds, interests, organisation, permissions
from staff.exports import exporters
from web import navigation
from web.console import imports
from web.language import gettext as _

LABELS = {
    "field": "内容",
    "door": "页面",
    "method": "动作",
    "why": "原因",
    "times": "一分钟内次数",
    "outcome": "结果",
    "approval": "审批编号",
    "reason": "原因",
    "language": "语言",
    "role": "角色",
    "kind": "类型",
    "was": "修改前",
    "version": "版本",
    "hash": "内容指纹",
    "source": "来源",
    "seats": "席位",
    "jobs": "提醒任务数",
    "rows": "行数",
    "step": "消息",
    "repeat": "处理",
    "userid": "企业微信账号",
    "series": "素材编号",
    "code": "编号",
    "rater": "评级方",
    "before": "修改前",
    "after": "修改后",
    "changed": "修改项",
    "level": "风险等级",
    "epoch": "密钥编号",
    "keys": "密钥数",
    "days": "期限",
    "state": "结果",
    "client": "客户编号",
    "how": "方式",
    "second_factor": "动态码",
    "proof": "验证方式",
    "session": "会话编号",
    "sessions": "会话数",
    "link": "链接编号",
    "purpose": "用途",
    "needs": "需要同意人数",
    "reach": "范围",
    "unit": "机构编号",
    "deputy": "代理人编号",
    "delegation": "代理编号",
    "delegations": "结束的代理",
    "withdrawn": "撤回的申请",
    "now": "调整为",
    "left": "剩余个数",
    "renewed": "重新绑定",
    "from_on": "从",
    "until_on": "到",
    "committee": "评审委员会",
    "active": "可登录",
    "about": "规则",
    "second_above": "超过多少须两人",
    "hours": "审批期限（小时）",
    "effective_on": "生效日期",
    "benefit": "权益编号",
    "granted": "发放份数",
    "points": "积分",
    "transaction": "分录编号",
    "what": "对象",
    "accepted": "写入行数",
    "refused": "拒绝行数",
    "viewers": "观众数",
    "successor": "接手人编号",
    "clients": "客户数",
    "parent": "上级机构编号",
}
PARTS = {
    "name": "名称",
    "product_class": "类别",
    "issuer": "发行机构",
    "seller": "本行",
    "is_private": "私募",
    "on_sale_until": "销售截止日",
    "is_active": "在售",
}
HASH_LENGTH = 12
DOORS = {item.page: item.label for _title, items in navigation.GROUPS for item in items} | {
    "group": "客户群",
    "client": "客户",
    "campaign": "活动",
    "approval": "审批",
    "person": "成员",
    "export": "导出",
    "privacy_request": "个人信息请求",
    "product": "产品",
    "event": "邀约会",
    "livestream": "直播",
}
WORDS: dict[str, Mapping[str, str]] = {
    "field": {"name": "姓名", "phone": "手机号", "bank_number": "客户号"},
    "language": {"zh-CN": "中文", "en": "英文"},
    "how": {"password": "密码", "wecom": "企业微信", "invitation": "一次性链接"},
    "proof": {"password": "密码", "totp": "动态码", "recovery": "恢复码"},
    "purpose": {"invite": "首次登录", "reset": "重设密码"},
    "reach": permissions.REACH_NAMES,
    "outcome": {"sound": "完整", "broken": "发现问题", "failed": "没有完成"},
    "role": permissions.ROLE_NAMES,
    "rater": PARTS,
    "was": lifecycle.NAMES,
    "state": requests.STATES,
    "source": requests.SOURCES,
    "why": {"forbidden": "没有权限", "not_found": "不在可见范围内"},
    "method": {"GET": "打开", "HEAD": "打开", "POST": "提交"},
    "door": DOORS,
}


def said(detail: Mapping[str, Any]) -> list[str]:
    """One sentence for each fact."""
    colon = _("：")
    return [f"{_(LABELS.get(key, key))}{colon}{_value(key, value)}" for key, value in detail.items()]


def _value(key: str, value: Any) -> str:
    if key == "hash":
        return str(value)[:HASH_LENGTH]
    if isinstance(value, list):
        return _("、").join(_(PARTS.get(one, str(one))) for one in value)
    if isinstance(value, Mapping):
        return _("、").join(said(value))
    if value is None:
        return _("总行") if key == "unit" else "—"
    if isinstance(value, bool) and key != "repeat":
        return _("是") if value else _("否")
    if key == "repeat":
        return _("再发一次") if value else _("关闭，不重发")
    if key == "what" and str(value).startswith(("all", "channel:", "stream:")):
        return _(stops.label(str(value)))
    return _(_words(key).get(value, str(value)))


def _words(key: str) -> Mapping[str, str]:
    # what registers itself is known only once everything is imported
    if key == "kind":
        plans = {code: kind.label for code, kind in registry.KINDS.items()}
        return plans | requests.KINDS | organisation.KIND_NAMES | interests.KINDS | imports.KINDS | exporters.labels()
    if key == "about":
        return {kind.subject: kind.label for kind in approval_kinds.every()}
    if key == "step":
        return {plan.code: plan.label for kind in registry.KINDS.values() for plan in kind.steps}
    return WORDS.get(key, {})
