"""What staff did in words: the subject of an entry by its name, its detail without codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tortoise.models import Model

from campaigns.content.models import Piece
from campaigns.kinds import registry
from campaigns.planning import lifecycle
from campaigns.planning.models import Campaign
from community.groups.models import Group
from community.suitability.models import Product
from staff import permissions
from staff.models import AuditEntry, Branch, Staff
from web.language import gettext as _

# the subject of an entry: what it is called, and the page that shows one
SUBJECTS = {
    "staff": ("成员", ""),
    "branch": ("机构", ""),
    "campaign": ("活动", "campaign"),
    "client": ("客户", "client"),
    "group": ("客户群", "group"),
    "import_run": ("导入", "import_run"),
    "piece": ("素材", ""),
    "product": ("产品", "product"),
    "invitation": ("邀请", ""),
    "segment": ("分群", ""),
    "send": ("消息", ""),
    "callback": ("回调", ""),
    "export": ("导出", "export"),
    "privacy_request": ("个人信息请求", "privacy_request"),
    "partner": ("合作方", ""),
    "retention": ("保存期限", ""),
    "approval": ("审批", "approval"),
    "audit_check": ("留痕校验", ""),
    "data_key": ("密钥", ""),
    "key_rotation": ("密钥轮换", ""),
}
PERMISSIONS = {
    "campaign": "campaigns.see",
    "client": "clients.see",
    "group": "groups.see",
    "import_run": "imports.run",
    "product": "products.see",
    "privacy_request": "privacy.see",
    "export": "exports.ask",
    "approval": "approvals.see",
}
NAMED: dict[str, tuple[type[Model], str]] = {
    "staff": (Staff, "name"),
    "branch": (Branch, "name"),
    "campaign": (Campaign, "name"),
    "group": (Group, "name"),
    "piece": (Piece, "title"),
    "product": (Product, "name"),
}
LABELS = {
    "field": "内容",
    "door": "页面",
    "method": "方式",
    "why": "原因代码",
    "times": "一分钟内次数",
    "outcome": "结果",
    "approval": "审批编号",
    "reason": "原因",
    "role": "角色",
    "kind": "类型",
    "was": "修改前状态",
    "version": "版本",
    "hash": "内容指纹",
    "source": "来源活动编号",
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
    "second_factor": "动态口令",
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


class Line(NamedTuple):
    """One entry of the list: what it is about, where that is shown ("" for nowhere), and what there is to say."""

    entry: AuditEntry
    subject: str
    page: str
    said: list[str]


async def told(entries: Sequence[AuditEntry], reader: Staff) -> list[Line]:
    """The entries as their reader may see them: links only to pages that the reader may open."""
    names = {subject: await _names(subject, entries) for subject in NAMED}
    return [
        Line(entry, _subject(entry, names.get(entry.subject, {})), _page(entry, reader), _said(entry.detail))
        for entry in entries
    ]


async def _names(subject: str, entries: Sequence[AuditEntry]) -> dict[int, str]:
    ids = {entry.subject_id for entry in entries if entry.subject == subject and entry.subject_id is not None}
    if not ids:
        return {}
    model, field = NAMED[subject]
    return {number: name for number, name in await model.filter(id__in=ids).values_list("id", field) if name}


def _subject(entry: AuditEntry, names: Mapping[int, str]) -> str:
    if not entry.subject:
        return ""
    label = _(SUBJECTS[entry.subject][0]) if entry.subject in SUBJECTS else entry.subject
    if entry.subject_id is None:
        return label
    return f"{label} · {names.get(entry.subject_id, f'#{entry.subject_id}')}"


def _page(entry: AuditEntry, reader: Staff) -> str:
    page = SUBJECTS.get(entry.subject, ("", ""))[1]
    is_open = page and entry.subject_id is not None and permissions.may(reader, PERMISSIONS[entry.subject])
    return page if is_open else ""


def _said(detail: Mapping[str, Any]) -> list[str]:
    return [f"{_(LABELS[key]) if key in LABELS else key}：{_value(key, value)}" for key, value in detail.items()]


def _value(key: str, value: Any) -> str:
    if key == "hash":
        return str(value)[:HASH_LENGTH]
    if isinstance(value, list):
        return _("、").join(_(PARTS.get(one, str(one))) for one in value)
    if value is None:
        return "—"
    if isinstance(value, bool) and key != "repeat":
        return _("是") if value else _("否")
    if key == "repeat":
        return _("再发一次") if value else _("关闭，不重发")
    tables: dict[str, Mapping[str, str]] = {
        "field": {"name": "姓名", "phone": "手机号", "bank_number": "客户号"},
        "how": {"password": "密码", "wecom": "企业微信", "invitation": "一次性链接"},
        "reach": permissions.REACH_NAMES,
        "outcome": {"sound": "完整", "broken": "发现问题"},
        "role": permissions.ROLE_NAMES,
        "rater": PARTS,
        "was": lifecycle.NAMES,
        "kind": {code: kind.label for code, kind in registry.KINDS.items()},
        "step": {plan.code: plan.label for kind in registry.KINDS.values() for plan in kind.steps},
    }
    return _(tables[key][value]) if key in tables and value in tables[key] else str(value)
