"""Files that leave the house: what one asked for, asking with a reason, and taking the file once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kernel import settings
from kernel.errors import Refused
from staff import permissions
from staff.exports import asking, exporters, fetching, writing
from staff.exports.exporters import Exporter, Params
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other

STATES = {
    "waiting": ("等待审批", "review"),
    "preparing": ("正在生成", "run"),
    "ready": ("可以下载", "good"),
    "fetched": ("已下载", "done"),
    "expired": ("已过期", ""),
    "refused": ("未获批准", "bad"),
    "failed": ("没有生成", "bad"),
}
_OURS = ("csrf_token", "kind", "reason", "step_up_proof")


@dataclass(frozen=True)
class AskForm:
    """Which file, and what for; what it is narrowed to comes beside it."""

    kind: str = forms.field("内容", longest=40)
    reason: str = forms.field("用途", longest=asking.LONGEST_REASON)


@dataclass(frozen=True)
class TokenForm:
    """The one-time link."""

    token: str = forms.field("链接", longest=64)


async def index(request: Request) -> Response:
    """GET /exports"""
    person = session.signed_in(request)
    return render(
        request,
        "console/exports/list.html",
        own=await asking.own(person),
        others=await asking.others(person),
        labels=exporters.labels(),
        states=STATES,
    )


async def new(request: Request) -> Response:
    """GET /exports/new: what would be in the file, before anything is asked for."""
    given = dict(request.query_params)
    if not given.get("kind"):
        # nothing was chosen: the page says where files are asked for
        return await index(request)
    exporter, params = await asking.accept(given["kind"], _narrowing(given), session.signed_in(request))
    return await _ask_page(request, exporter, params)


async def ask(request: Request) -> Response:
    """POST /exports"""
    person = session.signed_in(request)
    given = {name: str(value) for name, value in (await request.form()).items()}
    exporter, params = await asking.accept(given.get("kind", ""), _narrowing(given), person)
    reading = await forms.attempt(request, AskForm)
    if reading.form is None:
        return await _ask_page(request, exporter, params, errors=reading.errors, reason=given.get("reason", ""))
    try:
        export = await asking.ask(exporter.kind, params, reading.form.reason, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        errors = {"reason": refusal.message}
        return await _ask_page(request, exporter, params, errors=errors, reason=reading.form.reason)
    said = _("已提交，批准后自动生成文件") if export.state == "waiting" else _("正在生成文件，好了会出现下载按钮")
    return see_other(request, "export", id=export.id, notice=said)


async def show(request: Request) -> Response:
    """GET /exports/{id}"""
    person = session.signed_in(request)
    export = await asking.get(request.path_params["id"], person)
    is_own = export.asked_by_id == person.id
    return render(
        request,
        "console/exports/show.html",
        export=export,
        label=exporters.labels().get(export.kind, export.kind),
        about=await _about(export.kind, export.params, person) if is_own else [],
        is_own=is_own,
        token=fetching.token(export) if is_own and export.state == "ready" else "",
        states=STATES,
    )


async def fetch(request: Request) -> Response:
    """POST /exports/{id}/file: the file, once."""
    form = await forms.read(request, TokenForm)
    export = await fetching.claim(request.path_params["id"], form.token, session.signed_in(request))
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(export.file_name, safe='')}",
        "Content-Length": str(export.file_bytes),
    }
    return StreamingResponse(fetching.pieces(export), media_type=writing.media_type(export.file_name), headers=headers)


async def _ask_page(
    request: Request, exporter: Exporter, params: Params, *, errors: dict[str, str] | None = None, reason: str = ""
) -> Response:
    person = session.signed_in(request)
    rows = await exporter.count(params, person)
    is_clear = await exporter.is_clear(params, person)
    other = {"kind": exporter.kind} | params | {"clear": "" if is_clear else "1"}
    return render(
        request,
        "console/exports/new.html",
        status=422 if errors else 200,
        exporter=exporter,
        params=params,
        about=await exporter.about(params, person),
        rows=rows,
        is_clear=is_clear,
        needs_approval=await asking.needs_approval(exporter, params, rows, person),
        free_rows=settings.get().export_free_rows,
        can_be_clear=exporter.kind == "clients" and permissions.may(person, "clients.reveal"),
        other=urlencode(other),
        reason=reason,
        errors=errors or {},
        least=asking.LEAST_REASON,
    )


async def _about(kind: str, params: dict[str, Any], person: Any) -> list[tuple[str, str]]:
    try:
        return await exporters.of(kind).about(params, person)
    except Refused:
        # the thing is out of reach by now: the question itself is still shown
        return []


def _narrowing(given: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name not in _OURS and value}
