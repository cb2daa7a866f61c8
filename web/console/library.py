"""The library of texts that can be used again: versions, and taking one out of use."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from campaigns.content import library
from campaigns.content.findings import Finding
from kernel.errors import NotFound, Refused
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other

SERIES = 40


@dataclass(frozen=True)
class PieceForm:
    """A text; with `series` the next version of one."""

    title: str = forms.field("标题", longest=80)
    text: str = forms.field("正文", longest=5000)
    link_title: str = forms.field("链接标题", longest=64, default="")
    link_url: str = forms.field("链接地址", longest=300, default="")
    series: str = forms.field("素材", longest=SERIES, default="")


async def index(request: Request) -> Response:
    """GET /library"""
    with_retired = request.query_params.get("retired") == "1"
    pieces = await library.current(with_retired=with_retired)
    return render(request, "console/library/list.html", pieces=pieces, with_retired=with_retired)


async def edit(request: Request) -> Response:
    """GET /library/edit?series=: a new text, or the next version of one."""
    series = _series(request.query_params.get("series", ""))
    versions = await library.versions(series) if series else []
    if series and not versions:
        raise NotFound
    newest = versions[0] if versions else None
    parts = ("title", "text", "link_title", "link_url", "series")
    values = {part: getattr(newest, part) for part in parts} if newest else {}
    return await _form(request, values, {})


async def save(request: Request) -> Response:
    """POST /library/edit"""
    reading = await forms.attempt(request, PieceForm)
    if reading.form is None:
        return await _form(request, reading.values, reading.errors, status=422)
    form = reading.form
    try:
        piece = await library.save(
            form.title,
            form.text,
            session.signed_in(request),
            link_title=form.link_title,
            link_url=form.link_url,
            series=form.series,
        )
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _form(request, reading.values, {"text": refusal.message}, status=refusal.status)
    return see_other(
        request, "library", notice=_("已保存“%(title)s”第 %(n)s 版") % {"title": piece.title, "n": piece.version}
    )


async def retire(request: Request) -> Response:
    """POST /library/{series}/retirement"""
    await library.retire(_series(request.path_params["series"]), session.signed_in(request))
    return see_other(request, "library", notice=_("已停用；发过的消息不受影响"), tone="warn")


async def _form(request: Request, values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    found: list[Finding] = library.check(values.get("text", "")) if values.get("text") else []
    series = "" if "series" in errors else values.get("series", "")
    versions = await library.versions(series) if series else []
    return render(
        request,
        "console/library/edit.html",
        status=status,
        values=values,
        errors=errors,
        found=found,
        versions=versions,
    )


def _series(given: str) -> str:
    # what can't be the name of a text is the name of none
    if len(given) > SERIES or (given and not given.isprintable()):
        raise NotFound
    return given
