"""Lists of clients that somebody brings along: pasted or as a file, with a reason for every row that was not taken."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import list_files, lists
from kernel.errors import Refused
from web import forms, paging, session, uploads
from web.language import gettext as _
from web.rendering import render, see_other

PAGE = 100


@dataclass(frozen=True)
class ListForm:
    """A name, and client numbers one a line or in a file."""

    name: str = forms.field("名单名称", longest=80)
    numbers: str = forms.field("客户号", longest=400_000, default="")
    file: UploadFile | None = forms.field("文件", default=None)


async def index(request: Request) -> Response:
    """GET /segments/lists"""
    return await _index(request, {}, {})


async def take_in(request: Request) -> Response:
    """POST /segments/lists"""
    reading = await forms.attempt(request, ListForm)
    if reading.form is None:
        return await _index(request, reading.values, reading.errors, status=422)
    person = session.signed_in(request)
    form = reading.form
    try:
        if form.file is not None and form.file.filename:
            kept = await uploads.keep(form.file, person)
            try:
                with kept.readable() as path:
                    rows = list_files.read(path)
            finally:
                uploads.forget(kept)
        else:
            rows = list_files.of_text(form.numbers)
        made = await lists.take_in(form.name, rows, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        place = "name" if refusal.code in ("list.name_missing", "list.name_taken") else "numbers"
        return await _index(request, reading.values, {place: refusal.message}, status=refusal.status)
    notice = _("名单已建立：认出 %(found)s 位客户，%(refused)s 行未采用")
    return see_other(
        request, "segment_list", id=made.id, notice=notice % {"found": made.rows_found, "refused": made.rows_refused}
    )


async def show(request: Request) -> Response:
    """GET /segments/lists/{id}: the list and the rows that were not taken."""
    found = await lists.get(request.path_params["id"], session.signed_in(request))
    page = paging.read(request, found.rows_refused, size=PAGE)
    refused = await lists.refusals(found.id, limit=PAGE, offset=(page.number - 1) * PAGE)
    return render(request, "console/segments/list_show.html", one=found, refused=refused, page_of=page)


async def retire(request: Request) -> Response:
    """POST /segments/lists/{id}/retirement"""
    await lists.retire(request.path_params["id"], session.signed_in(request))
    return see_other(request, "segment_lists", notice=_("名单已停用；正在使用它的分群和活动不受影响"))


async def _index(request: Request, values: dict[str, object], errors: dict[str, str], status: int = 200) -> Response:
    found = await lists.lines(session.signed_in(request))
    return render(request, "console/segments/lists.html", status=status, lists=found, values=values, errors=errors)
