"""One piece of the library: its form by kind, its versions, and how it looks to real clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import segments
from campaigns.audience.deciding import Audience
from campaigns.content import library, library_usage, notices, placeholders
from campaigns.content.library import Card
from campaigns.content.models import Piece
from community.sending import media
from kernel.errors import NotFound, Refused
from staff.models import Staff
from web import forms, session
from web.console import message_preview
from web.console.library import sizes_of, words
from web.language import gettext as _
from web.rendering import render, see_other

SERIES = 40
ACCEPT = {
    "image": ".jpg,.jpeg,.png",
    "video": ".mp4",
    "file": ".pdf,.docx,.xlsx,.pptx",
    "mini_program": ".jpg,.jpeg,.png",
}
PARTS = ("title", "text", "link_title", "link_url", "description", "appid", "page", "folder")


@dataclass(frozen=True)
class PieceForm:
    """A piece; with `series` the next version of one. kept: the number of the file that stays when none is chosen."""

    title: str = forms.field("标题", longest=80)
    text: str = forms.field("正文", longest=5000, default="")
    link_title: str = forms.field("链接标题", longest=64, default="")
    link_url: str = forms.field("链接地址", longest=300, default="")
    series: str = forms.field("素材", longest=SERIES, default="")
    kind: str = forms.field("类型", longest=12, default="text")
    folder: str = forms.field("文件夹", longest=40, default="")
    tags: str = forms.field("标签", longest=120, default="")
    valid_from: date | None = forms.field("有效期开始", default=None)
    valid_until: date | None = forms.field("有效期截止", default=None)
    description: str = forms.field("说明", longest=160, default="")
    appid: str = forms.field("AppID", longest=40, default="")
    page: str = forms.field("页面路径", longest=200, default="")
    upload: UploadFile | None = forms.field("文件", default=None)
    act: str = forms.field("动作", longest=20, default="save")


async def edit(request: Request) -> Response:
    """GET /library/edit?series=&kind=: a new piece, or the next version of one."""
    series = _series(request.query_params.get("series", ""))
    versions = await library.versions(series) if series else []
    if series and not versions:
        raise NotFound
    asked = request.query_params.get("kind", "text")
    values: dict[str, Any] = {"kind": asked if asked in library.KINDS else "text"}
    return await _form(request, _values_of(versions[0]) if versions else values, {})


async def save(request: Request) -> Response:
    """POST /library/edit: save the next version, or (act preview) look at it as real clients would."""
    reading = await forms.attempt(request, PieceForm)
    if reading.form is None:
        return await _form(request, reading.values, reading.errors, status=422)
    form, person = reading.form, session.signed_in(request)
    if form.act == "preview":
        return await _form(request, reading.values, {}, people=await _people(person))
    try:
        piece = await library.save(
            form.title,
            form.text,
            person,
            link_title=form.link_title,
            link_url=form.link_url,
            series=form.series,
            card=await _card(form, person),
        )
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        place = "upload" if refusal.code.startswith("media.") else "text" if form.kind == "text" else "title"
        return await _form(request, reading.values, {place: refusal.message}, status=refusal.status)
    notice = _("已保存“%(title)s”第 %(n)s 版") % {"title": piece.title, "n": piece.version}
    return see_other(request, "library", notice=notice)


async def _card(form: PieceForm, person: Staff) -> Card:
    before = (await library.versions(form.series))[:1] if form.series else []
    asset_id, cover_id = (before[0].asset_id, before[0].cover_id) if before else (None, None)
    if form.upload is not None and form.kind in ACCEPT:
        kind: media.FileKind = "video" if form.kind == "video" else "file" if form.kind == "file" else "image"
        kept = await media.keep(await form.upload.read(), form.upload.filename or "", kind, person.id)
        asset_id, cover_id = (asset_id, kept.id) if form.kind == "mini_program" else (kept.id, cover_id)
    return Card(
        form.kind,
        form.folder,
        library.tags_of(form.tags),
        form.valid_from,
        form.valid_until,
        form.description,
        asset_id,
        cover_id,
        form.appid,
        form.page,
    )


def _values_of(piece: Piece) -> dict[str, Any]:
    days = {name: day.isoformat() if (day := getattr(piece, name)) else "" for name in ("valid_from", "valid_until")}
    plain = {part: getattr(piece, part) for part in (*PARTS, "series", "kind")}
    return {**plain, **days, "tags": "，".join(piece.tags)}


async def _people(person: Staff) -> list[message_preview.Sample]:
    """Some clients whom this person may see, and one without any data."""
    everybody = Audience(person, "wecom_message", {}, "library", 0)
    return await message_preview.samples(await segments.sample(everybody, person))


async def _form(
    request: Request,
    values: dict[str, Any],
    errors: dict[str, str],
    status: int = 200,
    people: list[message_preview.Sample] | None = None,
) -> Response:
    text = str(values.get("text", ""))
    series = "" if "series" in errors else str(values.get("series", ""))
    versions = await library.versions(series) if series else []
    kind = str(values.get("kind") or "text")
    looks = [
        (one.label, placeholders.render(text, {**one.values, "活动链接": message_preview.OWN_LINK}))
        for one in people or []
    ]
    return render(
        request,
        "console/library/edit.html",
        status=status,
        values=values,
        errors=errors,
        kind=kind if kind in library.KINDS else "text",
        found=library.check(text) if text else [],
        versions=versions,
        looks=looks,
        opt_out=notices.OPT_OUT,
        accept=ACCEPT,
        placeholder_words=placeholders.KNOWN,
        uses=(await library_usage.of([series])).get(series, []) if versions else [],
        sizes=await sizes_of(versions[:1]),
        **words(),
    )


def _series(given: str) -> str:
    # what can't be the name of a text is the name of none
    if len(given) > SERIES or (given and not given.isprintable()):
        raise NotFound
    return given
