"""Requests of clients about their own data: the queue with its deadlines, one request, the answer and the evidence."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from community.clients import portrait
from community.privacy import answering, erasures, labels, pack, readmitting, requests, retained, retention
from community.privacy.models import PrivacyRequest
from kernel import masking
from kernel.errors import NotFound, Refused
from loyalty.tiers import directory
from staff import audit
from staff.models import Approval, Staff
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other

TONES = {"open": "review", "waiting": "review", "approved": "run", "done": "good", "refused": "bad"}
VIEWS = {"open": requests.OPEN, "closed": ("done", "refused")}


@dataclass(frozen=True)
class QueueFilters:
    """What the queue is narrowed to."""

    kind: str = forms.field("类型", longest=12, default="")
    view: str = forms.field("状态", longest=8, default="open")


@dataclass(frozen=True)
class EntryForm:
    """A request that came by letter or by word of mouth."""

    client: int = forms.field("客户编号", least=1)
    kind: Literal["see", "correct", "withdraw", "erase"] = forms.field("请求")
    source: Literal["staff", "letter"] = forms.field("来源")
    wish: str = forms.field("客户的话", longest=requests.LONGEST_WISH, default="")


@dataclass(frozen=True)
class AnswerForm:
    """What is done, and what the client is told."""

    act: Literal["finish", "refuse", "correct", "erase", "readmit"] = forms.field("处理")
    answer: str = forms.field("给客户的答复", longest=500, default="")
    name: str = forms.field("姓名", longest=40, default="")
    phone: str = forms.field("手机", longest=20, default="")
    number: str = forms.field("银行客户号", longest=40, default="")
    sure: bool = forms.field("确认", default=False)


async def index(request: Request) -> Response:
    """GET /privacy"""
    return await _queue(request)


async def enter(request: Request) -> Response:
    """POST /privacy"""
    person, reading = session.signed_in(request), await forms.attempt(request, EntryForm)
    if reading.form is None:
        return await _queue(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        await directory.require_visible(person, form.client)
        asked = await requests.ask(form.client, form.kind, form.source, wish=form.wish, by=person)
    except NotFound:
        return await _queue(request, errors={"client": _("没有这位客户，或不在您的范围内")}, values=reading.values)
    except Refused as refusal:
        return await _queue(request, errors={"wish": refusal.message}, values=reading.values)
    return see_other(request, "privacy_request", id=asked.id, notice=_("已登记，答复期限从今天起算"))


async def show(request: Request) -> Response:
    """GET /privacy/{id}"""
    return await _page(request, await _find(request))


async def answer(request: Request) -> Response:
    """POST /privacy/{id}/answer"""
    person, found, form = session.signed_in(request), await _find(request), await forms.read(request, AnswerForm)
    try:
        said = await _act(found, form, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, await _find(request), problem=refusal)
    return see_other(request, "privacy_request", id=found.id, notice=said)


async def evidence(request: Request) -> Response:
    """GET /privacy/{id}/evidence: what was done, as a file; it holds no personal data."""
    found = await _find(request)
    if not found.evidence:
        raise NotFound
    await audit.record(session.signed_in(request), "privacy.evidence_taken", "privacy_request", found.id)
    body = json.dumps(found.evidence, ensure_ascii=False, indent=1)
    name = f"privacy-request-{found.id}-evidence.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(body, media_type="application/json", headers=headers)


async def _act(found: PrivacyRequest, form: AnswerForm, person: Staff) -> str:
    if form.act == "correct":
        changed = await answering.correct(found.id, form.name, form.phone, person)
        return _("已更正 %(n)s 项，原值加密留存") % {"n": changed}
    if form.act == "erase":
        if not form.sure:
            raise Refused(_("请先勾选确认"), code="privacy.unsure")
        await answering.ask_erasure(found.id, person)
        return _("已提交审批；另一位同事批准后执行删除")
    if form.act == "readmit":
        await readmitting.readmit(found.id, form.number, person)
        return _("已解除；下一次银行文件会将其作为新客户登记")
    if form.act == "refuse":
        await answering.refuse(found.id, form.answer, person)
        return _("已记录不予办理的原因，客户可以看到")
    await answering.finish(found.id, form.answer, person)
    return _("已办结，客户可以看到答复")


async def _find(request: Request) -> PrivacyRequest:
    return await requests.get(request.path_params["id"], session.signed_in(request))


async def _queue(request: Request, *, errors: Any = None, values: Any = None) -> Response:
    person, given = session.signed_in(request), forms.query(request, QueueFilters)
    kind = given.kind if given.kind in requests.KINDS else ""
    states = VIEWS.get(given.view, requests.OPEN)
    lines, total = await requests.queue(person, kind, states, paging.asked_number(request))
    return render(
        request,
        "console/privacy/list.html",
        status=422 if errors else 200,
        lines=lines,
        view="closed" if given.view == "closed" else "open",
        kind=kind,
        page_of=paging.read(request, total, size=requests.PAGE),
        counts=await requests.counts(person),
        deadline=await retention.in_force("privacy_answer"),
        **_words(),
        errors=errors or {},
        values=values or dict(request.query_params),
    )


async def _page(request: Request, found: PrivacyRequest, *, problem: Refused | None = None) -> Response:
    is_open = found.state in requests.OPEN
    is_gone = found.kind == "erase" and found.state == "done"
    held = [] if is_gone else await pack.counts(found.client_id)
    names = await portrait.names_of([found.client_id])
    people = {one.id: one.name for one in await Staff.filter(id__in=[found.handled_by_id, found.asked_by_id])}
    waiting = Approval.filter(subject=answering.ERASURE, subject_id=found.id).order_by("-id")
    return render(
        request,
        "console/privacy/show.html",
        status=problem.status if problem else 200,
        problem=problem,
        found=found,
        is_open=is_open,
        is_gone=is_gone,
        name=masking.name(names.get(found.client_id, "")),
        wish=requests.wish_of(found),
        change=requests.change_of(found),
        held=held,
        retained=retained.RETAINED,
        table_names=labels.TABLES,
        is_whole=erasures.is_whole(found.evidence) if found.evidence.get("hash") else None,
        people=people,
        asked=await waiting.first() if found.kind == "erase" else None,
        **_words(),
    )


def _words() -> dict[str, Any]:
    return {"kinds": requests.KINDS, "states": requests.STATES, "sources": requests.SOURCES, "tones": TONES}
