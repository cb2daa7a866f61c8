"""Other people's word: the desk of all that waits within reach, one question's page, and the word itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import drafting
from kernel import numbers
from kernel.errors import NotFound, Refused
from staff import approval_kinds, approval_reading, approval_rights, approvals, permissions
from staff.approvals import Remark
from staff.models import Approval
from web import forms, session
from web.console import approval_campaign, approval_list
from web.language import gettext as _
from web.rendering import render, see_other

STATES = {
    "waiting": ("待审批", "review"),
    "approved": ("已批准", "good"),
    "returned": ("已退回", "bad"),
    "void": ("已作废", ""),
    "withdrawn": ("已撤回", ""),
    "expired": ("已过期", "warn"),
}
LINE = "line."


@dataclass(frozen=True)
class DecisionForm:
    """The word on exactly what was seen."""

    word: Literal["approve", "return"] = forms.field("决定")
    seen_hash: str = forms.field("内容", longest=64)
    note: str = forms.field("意见", longest=1000, default="")


async def index(request: Request) -> Response:
    """GET /approvals"""
    person = session.signed_in(request)
    desk = await approval_reading.desk_of(person)
    return render(
        request,
        "console/approvals/list.html",
        **approval_list.of(request, [one for one in desk if one.capacity is not None]),
        others=[one for one in desk if one.capacity is None],
        decided=await approval_reading.decided(person),
        states=STATES,
        kinds=approval_list.kind_names(),
    )


async def inbox(request: Request) -> Response:
    """GET /inbox"""
    person = session.signed_in(request)
    desk = await approval_reading.desk_of(person)
    returned = await approval_reading.returned_to(person)
    own = await approval_reading.waiting_for_others(person)
    return render(
        request,
        "console/approvals/inbox.html",
        **approval_list.of(request, [one for one in desk if one.capacity is not None]),
        returned=[(one, await approval_reading.comments_of(one.id)) for one in returned],
        own=own,
        votes=await approval_reading.votes_of(one.id for one in own),
        may_see=permissions.may(person, "approvals.see"),
        states=STATES,
        kinds=approval_list.kind_names(),
        editors=approval_list.editors(request, [*returned, *own]),
    )


async def show(request: Request) -> Response:
    """GET /approvals/{id}"""
    return await _page(request, await _find(request))


async def decide(request: Request) -> Response:
    """POST /approvals/{id}/decision"""
    asked = await _find(request)
    person = session.signed_in(request)
    form = await forms.read(request, DecisionForm)
    try:
        approvals.refuse_unless_waiting(asked)
        if form.word == "return":
            await approvals.give_back(asked.id, form.note, person, remarks(dict((await request.form()).items())))
            return see_other(request, "approvals", notice=_("已退回给制作人，附上了您的意见"), tone="warn")
        done = await approvals.approve(asked.id, form.seen_hash, person, form.note)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, await _find(request), problem=refusal, note=form.note)
    return see_other(request, "approvals", notice=await _said(done))


async def withdraw(request: Request) -> Response:
    """POST /approvals/{id}/withdrawal"""
    await approvals.withdraw(request.path_params["id"], session.signed_in(request))
    return see_other(request, "inbox", notice=_("已撤回申请，可以修改后重新提交"), tone="warn")


def remarks(form: dict[str, Any]) -> list[Remark]:
    """The remarks in a form: fields named line.ANCHOR.NUMBER."""
    found = []
    for name, text in form.items():
        anchor, _dot, number = name.removeprefix(LINE).rpartition(".")
        line = numbers.row_id(number[:6])
        if name.startswith(LINE) and anchor and line and isinstance(text, str) and text.strip():
            found.append(Remark(anchor, line, text))
    return found


async def _find(request: Request) -> Approval:
    found = await approval_reading.get(request.path_params["id"], session.signed_in(request))
    if found is None:
        raise NotFound
    return found


async def _page(request: Request, asked: Approval, *, problem: Refused | None = None, note: str = "") -> Response:
    person = session.signed_in(request)
    is_campaign = asked.subject == drafting.SUBJECT
    current = await approval_kinds.current_hash(asked)
    votes = (await approval_reading.votes_of([asked.id])).get(asked.id, [])
    hindrance = await approval_reading.hindrance(asked, person)
    capacity = await approval_reading.capacity_of(asked, person)
    return render(
        request,
        f"console/approvals/{'show' if is_campaign else 'general'}.html",
        status=problem.status if problem else 200,
        asked=asked,
        kind_label=approval_kinds.of(asked.subject).label,
        seen_hash=current,
        is_current=current == asked.content_hash,
        may_decide=capacity is not None,
        capacity=capacity,
        hindrance=hindrance,
        is_maker=approval_rights.is_maker(asked, person),
        missing=approval_rights.still_needed(asked, votes),
        needs_committee_still=approval_rights.committee_missing(asked, votes),
        votes=votes,
        comments=await approval_reading.comments_of(asked.id),
        problem=problem,
        note=note,
        states=STATES,
        **(await approval_campaign.parts(asked, person) if is_campaign else {}),
    )


async def _said(done: Approval) -> str:
    if done.state == "waiting":
        return _("已记录您的同意，还需要另一位同事批准")
    if done.subject == drafting.SUBJECT:
        return await approval_campaign.said(done)
    return _("已批准，并已生效")
