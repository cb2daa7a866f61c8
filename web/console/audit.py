"""What staff did: who, what, to which thing, when; whether the chain is sound; and the same as a file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from staff import audit_reading, audit_verification, permissions, scope, tasks
from staff.audit_reading import Filters
from staff.audit_words import ACTIONS, GROUPS
from staff.models import Staff
from web import forms, session
from web.console import audit_story
from web.language import gettext as _
from web.rendering import render, see_other

SIZE = 50
MOST = 10_000
"""So many are counted for the page, or each view would count years."""
PEOPLE = 500
CHECKS = {
    "running": ("正在校验", "run"),
    "sound": ("完整，没有被改动", "good"),
    "broken": ("发现问题", "bad"),
    "failed": ("校验没有完成", "warn"),
}
FOUND = {
    "edited": "这条记录的内容被改动过",
    "deleted": "这条记录被删除",
    "reordered": "这个位置上的记录被调换",
    "link_altered": "这个位置的链值被改动",
    "link_missing": "这个位置的链被删除",
    "unlinked": "这条记录没有入链，也不在等待入链",
    "cut": "链的末尾被截去，库外存根记有更多",
    "rewritten": "整条链与库外存根不一致，可能被重写",
    "head_missing": "库外存根文件不见了",
    "head_broken": "库外存根文件有一行缺失或被改动",
}


@dataclass(frozen=True)
class AuditFilters:
    """What the list is narrowed to; `before`: entries older than this number."""

    staff: int | None = forms.field("操作人", default=None)
    action: str = forms.field("类别", longest=60, default="")
    subject: str = forms.field("对象", longest=40, default="")
    subject_id: int | None = forms.field("对象编号", default=None)
    from_on: date | None = forms.field("从", default=None)
    until_on: date | None = forms.field("到", default=None)
    request: str = forms.field("请求编号", longest=64, default="")
    before: int | None = forms.field("翻页", default=None)


async def show(request: Request) -> Response:
    """GET /audit"""
    person = session.signed_in(request)
    given = forms.query(request, AuditFilters)
    filters = _filters(given)
    total = await audit_reading.count(person, filters, most=MOST)
    entries = await audit_reading.page(person, filters, SIZE + 1, given.before)
    shown, has_more = entries[:SIZE], len(entries) > SIZE
    kept = {name: value for name, value in request.query_params.items() if value and name != "before"}
    return render(
        request,
        "console/audit.html",
        given=given,
        values=dict(request.query_params),
        lines=await audit_story.told(shown, person),
        total=total,
        is_more=total == MOST,
        older=urlencode(kept | {"before": str(shown[-1].id)}) if has_more else "",
        newest=urlencode(kept) if given.before else "",
        export=urlencode(_export_of(filters)),
        actions=ACTIONS,
        groups=[(prefix, _(name)) for prefix, name in GROUPS],
        subjects=[(name, _(label)) for name, (label, _page) in audit_story.SUBJECTS.items()],
        people=await _people(person),
        is_narrowed=bool(kept),
        **await _chain(person),
    )


async def verify(request: Request) -> Response:
    """POST /audit/verification: the chain, from the first row, as a task."""
    check = await audit_verification.ask(session.signed_in(request))
    tasks.verify_audit.later(check.id)
    return see_other(request, "audit", notice=_("已开始校验，结果会显示在这里"))


def _filters(given: AuditFilters) -> Filters:
    return Filters(
        staff_id=given.staff,
        action=given.action,
        subject=given.subject,
        subject_id=given.subject_id,
        from_on=given.from_on,
        until_on=given.until_on,
        request_id=given.request,
    )


def _export_of(filters: Filters) -> dict[str, Any]:
    return {"kind": "audit"} | {name: value for name, value in vars(filters).items() if value not in (None, "")}


async def _people(person: Staff) -> list[tuple[int, str]]:
    found = Staff.all()
    if not audit_reading.sees_all(person):
        units = await scope.units_of(person)
        found = found.filter(branch_id__in=list(units)) if units is not None else found
    return [(row["id"], row["name"]) for row in await found.order_by("name", "id").limit(PEOPLE).values("id", "name")]


async def _chain(person: Staff) -> dict[str, Any]:
    if not audit_reading.sees_all(person):
        return {"state": None, "check": None}
    return {
        "state": await audit_verification.state(),
        "check": await audit_verification.latest(),
        "checks": CHECKS,
        "found": FOUND,
        "may_verify": permissions.may(person, "audit.verify"),
    }
