"""Segments: built from conditions, counted while one types, kept in versions, and used by campaigns."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing, including, reach, reaching, saved, segments
from campaigns.audience.conditions import Tree
from campaigns.audience.deciding import Audience
from campaigns.audience.models import Segment
from campaigns.audience.segments import Sampled, Waterfall
from campaigns.planning import overlapping
from campaigns.planning.overlapping import Overlap
from kernel import numbers
from kernel.errors import NotFound, Refused
from staff.models import Staff
from web import session
from web.console import audience_form
from web.console.audience_form import Builder
from web.language import gettext as _
from web.rendering import render, see_other

SALT = "segment"
"""A segment draws no control group: the draw is the campaign's."""


@dataclass
class Sheet:
    """What the form holds, as saved or as typed. seen: the version that was on the screen."""

    name: str
    builder: Builder
    channel: str = "wecom_message"
    seen: int = 0
    errors: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Found:
    """Whom the conditions find, for this person; problem: why that can't be said."""

    sentence: str = ""
    people: Waterfall | None = None
    sample: list[Sampled] = field(default_factory=list)
    problem: str = ""


async def index(request: Request) -> Response:
    """GET /segments: all segments with what they mean; ?retired=1 also those no longer offered."""
    with_retired = request.query_params.get("retired") == "1"
    found = await saved.lines(session.signed_in(request), with_retired=with_retired)
    rows = [(one, await describing.describe(one.conditions)) for one in found]
    return render(request, "console/segments/list.html", rows=rows, with_retired=with_retired)


async def new(request: Request) -> Response:
    """GET /segments/new"""
    return await _show(request, None, Sheet("", Builder()))


async def show(request: Request) -> Response:
    """GET /segments/{id}: a segment, or with ?version= what it meant once, to look at and to bring back."""
    person = session.signed_in(request)
    segment = await saved.get(request.path_params["id"], person)
    tree = segment.conditions
    if "version" in request.query_params:
        wanted = numbers.row_id(request.query_params["version"])
        olds = [one for one in await saved.versions(segment.id, person) if one.version == wanted]
        if not olds:
            raise NotFound()
        tree = olds[0].conditions
    return await _show(request, segment, Sheet(segment.name, audience_form.of_tree(tree), seen=segment.version))


async def save(request: Request) -> Response:
    """POST /segments/new, POST /segments/{id}: save as a new version, or (`act`) change a row and count again."""
    person = session.signed_in(request)
    number = request.path_params.get("id")
    segment = await saved.get(number, person) if number is not None else None
    form = await request.form()
    sheet, act = _typed(form), str(form.get("act", ""))
    if act not in ("", "save"):
        audience_form.change(sheet.builder, act)
        return await _show(request, segment, sheet)
    try:
        tree = audience_form.to_tree(sheet.builder)
        seen = sheet.seen if segment else None
        kept = await saved.save(sheet.name, tree, person, segment.id if segment else None, seen)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        place = "name" if refusal.code in ("segment.name_missing", "segment.name_taken") else "audience"
        sheet.errors[place] = refusal.message
        return await _show(request, segment, sheet, status=refusal.status)
    notice = _("已保存“%(name)s”第 %(n)s 版") % {"name": kept.name, "n": kept.version}
    return see_other(request, "segment", id=kept.id, notice=notice)


async def count(request: Request) -> Response:
    """POST /segments/count: whom the conditions as typed find; nothing is saved."""
    form = await request.form()
    sheet = _typed(form)
    audience_form.change(sheet.builder, str(form.get("act", "")))
    return render(request, "console/segments/found.html", **await _words(request, sheet, _here(form)))


async def retire(request: Request) -> Response:
    """POST /segments/{id}/retirement: offer it no longer, or (`back`) again."""
    form = await request.form()
    is_back = form.get("back") == "1"
    await saved.retire(request.path_params["id"], session.signed_in(request), back=is_back)
    notice = _("已恢复，可以选用") if is_back else _("已停用；正在使用它的活动不受影响")
    return see_other(request, "segments", notice=notice)


async def _show(request: Request, segment: Segment | None, sheet: Sheet, status: int = 200) -> Response:
    person = session.signed_in(request)
    words = await _words(request, sheet, str(segment.id) if segment else "")
    people = words["found"].people
    return render(
        request,
        "console/segments/edit.html",
        status=status,
        segment=segment,
        versions=await saved.versions(segment.id, person) if segment else [],
        reached=await _reached(words["audience"]) if people else [],
        overlaps=await _overlaps(words["audience"], person) if people else [],
        state_name=overlapping.state_name,
        **words,
    )


async def _words(request: Request, sheet: Sheet, number: str) -> dict[str, Any]:
    """What both the page and its counted part show."""
    person = session.signed_in(request)
    audience, found = await _find(sheet, person)
    here = request.app.url_path_for("segment", id=int(number)) if number else request.app.url_path_for("new_segment")
    return {
        "sheet": sheet,
        "found": found,
        "audience": audience,
        "number": number,
        "here": str(here),
        "channels": [(code, _(reach.CHANNELS[code])) for code in reaching.CHANNELS],
        "choices": await audience_form.choices(person),
        "question_groups": audience_form.QUESTION_GROUPS,
        "joints": audience_form.JOINTS,
    }


async def _find(sheet: Sheet, person: Staff) -> tuple[Audience | None, Found]:
    try:
        tree: Tree = audience_form.to_tree(sheet.builder)
        await including.check(tree)
    except Refused as refusal:
        return None, Found(problem=refusal.message)
    audience = Audience(person, sheet.channel, tree, SALT)
    people, sample = await segments.waterfall(audience), await segments.sample(audience, person)
    return audience, Found(await describing.describe(tree), people, sample)


async def _reached(audience: Audience | None) -> list[reaching.ChannelReach]:
    return await reaching.now(audience) if audience else []


async def _overlaps(audience: Audience | None, person: Staff) -> list[Overlap]:
    return await overlapping.of(audience, person) if audience else []


def _typed(form: FormData) -> Sheet:
    channel, seen = str(form.get("channel", "")), numbers.row_id(form.get("seen", ""))
    return Sheet(
        name=str(form.get("name", "")).replace("\x00", "").strip(),
        builder=audience_form.read(form),
        channel=channel if channel in reaching.CHANNELS else reaching.CHANNELS[0],
        seen=seen or 0,
    )


def _here(form: FormData) -> str:
    number = numbers.row_id(form.get("segment", ""))
    return str(number) if number else ""
