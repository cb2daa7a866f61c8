"""All campaigns that a person may see, by state and kind; and starting a new one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import lift, overview
from campaigns.kinds import registry
from campaigns.planning import drafting, lifecycle, listing
from campaigns.planning.models import Campaign
from kernel.errors import Refused
from loyalty.metrics.intervals import Interval
from web import forms, paging, session, words
from web.language import gettext as _
from web.rendering import render, see_other

# each figure is a statement of its own over balances; older campaigns show it on their own page
MEASURED = 8


@dataclass(frozen=True)
class Filters:
    """What the list is narrowed to; empty means all."""

    state: str = forms.field("状态", default="")
    kind: str = forms.field("类型", default="")


@dataclass(frozen=True)
class NewForm:
    """A campaign to begin with."""

    kind: str = forms.field("类型", longest=20)
    name: str = forms.field("活动名称", longest=80)
    channel: str = forms.field("渠道", longest=20, default="")


async def index(request: Request) -> Response:
    """GET /campaigns"""
    person = session.signed_in(request)
    filters = forms.query(request, Filters)
    shown = listing.visible(person).filter(archived_at__isnull=filters.state != listing.ARCHIVED)
    if filters.state in lifecycle.NAMES:
        shown = shown.filter(state=filters.state)
    if filters.kind in registry.KINDS:
        shown = shown.filter(kind=filters.kind)
    page = paging.read(request, await shown.count())
    rows = await shown.prefetch_related("author").offset(page.offset).limit(page.size)
    counts = await listing.counts(person)
    return render(
        request,
        "console/campaigns/list.html",
        rows=rows,
        page_of_rows=page,
        progress=await overview.progress([row.id for row in rows]),
        lifts=await _lifts(rows),
        tabs=_tabs(request, filters, counts),
        filters={"kind": filters.kind, "state": filters.state},
        is_archive=filters.state == listing.ARCHIVED,
        kinds=[(code, _(kind.label)) for code, kind in registry.KINDS.items()],
        **names(),
    )


async def new(request: Request) -> Response:
    """GET /campaigns/new"""
    return _new(request, {"kind": request.query_params.get("kind", "")}, {})


async def begin(request: Request) -> Response:
    """POST /campaigns/new"""
    reading = await forms.attempt(request, NewForm)
    if reading.form is None:
        return _new(request, reading.values, reading.errors, status=422)
    form = reading.form
    try:
        campaign = await drafting.create(form.kind, form.name, session.signed_in(request), channel=form.channel)
    except Refused as refusal:
        field = "channel" if refusal.code == "campaign.channel" else "name"
        return _new(request, reading.values, {field: refusal.message}, status=refusal.status)
    return see_other(request, "campaign_editor", id=campaign.id, notice=_("草稿已建好，接下来选人群、写内容"))


def names() -> dict[str, Any]:
    """What codes of campaigns are called on pages."""
    return {
        "state_names": lifecycle.NAMES,
        "state_tones": words.CAMPAIGN_TONES,
        "kind_names": {code: kind.label for code, kind in registry.KINDS.items()},
        "channel_names": words.CHANNELS,
    }


def _new(request: Request, values: dict[str, str], errors: dict[str, str], status: int = 200) -> Response:
    chosen = values.get("kind", "")
    if chosen not in registry.KINDS:
        values = {**values, "kind": next(iter(registry.KINDS))}
    used = dict.fromkeys(code for kind in registry.KINDS.values() for code in kind.channels)
    return render(
        request,
        "console/campaigns/new.html",
        status=status,
        values=values,
        errors=errors,
        kinds=list(registry.KINDS.values()),
        channels=[(code, _(words.CHANNELS[code])) for code in used],
        channel_names=words.CHANNELS,
    )


async def _lifts(rows: Sequence[Campaign]) -> dict[int, Interval]:
    """The difference in deposit return of the newest finished campaigns on the page, as far as it can be said."""
    finished = [row for row in rows if row.state == "finished" and row.control_percent][:MEASURED]
    figures = {row.id: await lift.of(row) for row in finished}
    return {number: found.clients.difference for number, found in figures.items() if found and found.clients.difference}


def _tabs(request: Request, filters: Filters, counts: dict[str, int]) -> list[tuple[str, str, bool]]:
    path = str(request.app.url_path_for("campaigns"))

    def address(state: str) -> str:
        kept = {key: value for key, value in (("state", state), ("kind", filters.kind)) if value}
        return f"{path}?{urlencode(kept)}" if kept else path

    known = {**lifecycle.NAMES, listing.ARCHIVED: "已归档"}
    standing = sum(number for state, number in counts.items() if state != listing.ARCHIVED)
    tabs = [(_("全部") + f" {standing}", address(""), filters.state not in known)]
    return tabs + [
        (f"{_(name)} {counts.get(state, 0)}", address(state), filters.state == state)
        for state, name in known.items()
        if counts.get(state) or filters.state == state
    ]
