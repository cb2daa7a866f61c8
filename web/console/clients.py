"""The list of clients: search by name, phone or client number; filters stay in the address."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from loyalty.tiers import directory, searching
from staff import audit
from web import forms, paging
from web.rendering import go_to, render


@dataclass(frozen=True)
class ClientFilters:
    """What the list is narrowed to."""

    found: str = forms.field("搜索", longest=400, default="")
    tier: str = forms.field("分层", longest=20, default="")
    owner: int | None = forms.field("客户经理", default=None)
    tag: str = forms.field("标签", longest=64, default="")
    consent: str = forms.field("同意", longest=8, default="")
    order: str = forms.field("排序", longest=12, default="activity")


@dataclass(frozen=True)
class SearchForm:
    """What a person looks for."""

    q: str = forms.field("搜索", longest=64, default="")


async def show(request: Request) -> Response:
    """GET /clients"""
    given = forms.query(request, ClientFilters)
    words = searching.unseal(given.found, request.user)
    filters = directory.Filters(words, given.tier, given.owner, given.tag, given.consent, given.order)
    page = paging.read(request, await directory.count(request.user, filters))
    return render(
        request,
        "console/clients.html",
        given=given,
        words=words,
        page_of=page,
        clients=await directory.lines(request.user, filters, limit=page.size, offset=page.offset),
        owners=await directory.owners(request.user),
        tag_options=[(tag, tag) for tag in await directory.tags()],
        tiers=await directory.tier_names(),
        last_day=await directory.last_day(),
    )


async def search(request: Request) -> Response:
    """POST /clients/search: names and numbers never stand in an address, so what was typed travels sealed."""
    form = await forms.read(request, SearchForm)
    if form.q:
        # that somebody was looked for, never who: whoever tries many phones shows by the number of these
        await audit.record(request.user, "client.searched")
    path = str(request.app.url_path_for("clients"))
    return go_to(request, f"{path}?found={searching.seal(form.q, request.user)}" if form.q else path)
