"""What staff did in words: the subject of an entry by its name, the page that shows it, and what else there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tortoise.models import Model

from campaigns.content.models import Piece
from campaigns.planning.models import Campaign
from community.groups.models import Group
from community.suitability.models import Product
from staff import approval_rights, permissions
from staff.models import Approval, AuditEntry, Branch, Staff
from web.console import audit_values
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
    "interest": ("利益申报", ""),
    "stop": ("停发", ""),
    "stop_release": ("解除停发", ""),
    "staff_role": ("成员角色与范围", ""),
    "sign_in_reset": ("登录重置", ""),
    "approval_rule": ("审批规则", ""),
    "send_policy": ("触达规则", ""),
    "wording_rules": ("宣传规则", ""),
    "campaign_resend": ("活动补发", "campaign"),
    "tier_policy": ("分层规则", ""),
    "erasure": ("个人信息删除", ""),
    "grant": ("权益发放", ""),
    "grant_reversal": ("收回权益", ""),
    "points_adjustment": ("积分调整", ""),
    "points_check": ("积分核对", ""),
}
PERMISSIONS = {
    "campaign": "campaigns.see",
    "campaign_resend": "campaigns.see",
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


class Line(NamedTuple):
    """One entry of the list: what it is about, where that is shown ("" for nowhere), and what there is to say."""

    entry: AuditEntry
    subject: str
    page: str
    said: list[str]


async def told(entries: Sequence[AuditEntry], reader: Staff) -> list[Line]:
    """The entries as their reader may see them: links only to pages that the reader may open."""
    names = {subject: await _names(subject, entries) for subject in NAMED}
    out_of_reach = await _out_of_reach(entries, reader)
    return [
        Line(
            entry,
            _subject(entry, names.get(entry.subject, {})),
            "" if entry in out_of_reach else _page(entry, reader),
            audit_values.said(entry.detail),
        )
        for entry in entries
    ]


async def _out_of_reach(entries: Sequence[AuditEntry], reader: Staff) -> set[AuditEntry]:
    """Entries about questions that the reader's own page of approvals would not show."""
    about = [entry for entry in entries if entry.subject == "approval"]
    if not about:
        return set()
    at = await approval_rights.desk(reader)
    asked = {one.id: one for one in await Approval.filter(id__in=[entry.subject_id for entry in about])}
    open_ids = {number for number, one in asked.items() if at.sees(one) or approval_rights.is_maker(one, reader)}
    return {entry for entry in about if entry.subject_id not in open_ids}


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
