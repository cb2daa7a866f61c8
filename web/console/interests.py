"""Declared interests: everybody declares their own; who reviews sees those of everybody within reach."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from community.suitability.models import Product
from kernel import numbers
from kernel.errors import Refused
from loyalty.tiers import directory
from staff import audit, interests, permissions
from staff.models import Interest, Staff
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other

MOST_FOUND = 8


@dataclass(frozen=True)
class DeclareForm:
    """What a person declares."""

    kind: Literal["product", "company", "client"] = forms.field("类型")
    ref: str = forms.field("产品、公司或客户", longest=80)
    relation: str = forms.field("关系", longest=200)


@dataclass(frozen=True)
class SearchForm:
    """Which client is meant; names and numbers never stand in an address."""

    q: str = forms.field("查找", longest=64, default="")


async def index(request: Request) -> Response:
    """GET /interests"""
    return await _page(request)


async def declare(request: Request) -> Response:
    """POST /interests"""
    person = session.signed_in(request)
    reading = await forms.attempt(request, DeclareForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        if form.kind == "client":
            permissions.require(person, "clients.see")
            await directory.require_visible(person, numbers.row_id(form.ref) or 0)
        await interests.declare(form.kind, form.ref, form.relation, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "interests", notice=_("已登记。涉及它的活动和发放，将由评审委员会把关，您也不参与审批"))


async def search(request: Request) -> Response:
    """POST /interests/search"""
    form = await forms.read(request, SearchForm)
    found = []
    if form.q.strip():
        # as at the list of clients: that somebody was looked for, never who
        await audit.record(session.signed_in(request), "client.searched")
        filters = directory.Filters(words=form.q.strip())
        found = await directory.lines(session.signed_in(request), filters, limit=MOST_FOUND, offset=0)
    return await _page(request, found=found, searched=form.q)


async def end(request: Request) -> Response:
    """POST /interests/{id}/end"""
    await interests.end(request.path_params["id"], session.signed_in(request))
    return see_other(request, "interests", notice=_("已结束这项申报；记录保留"))


async def _page(
    request: Request,
    *,
    found: list[directory.Line] | None = None,
    searched: str = "",
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    problem: Refused | None = None,
) -> Response:
    person = session.signed_in(request)
    may_see_all = permissions.may(person, "interests.see")
    own = await interests.of(person)
    others = [one for one in await interests.within_reach(person) if one.staff_id != person.id] if may_see_all else []
    products = await Product.filter(is_active=True).order_by("code")
    return render(
        request,
        "console/interests.html",
        status=problem.status if problem else 422 if errors else 200,
        own=own,
        others=others,
        may_see_all=may_see_all,
        shown=await _names([*own, *others], person),
        kinds={kind: _(label) for kind, label in interests.KINDS.items()},
        products=[(one.code, f"{one.code} {one.name}") for one in products],
        companies=sorted({one.issuer for one in products if one.issuer}),
        may_search=permissions.may(person, "clients.see"),
        found=found,
        searched=searched,
        errors=errors or {},
        values=values or {},
        problem=problem,
    )


async def _names(declared: list[Interest], person: Staff) -> dict[int, str]:
    """What is named, for the page: a client masked, and only by number to whoever doesn't see that client."""
    codes = [one.ref for one in declared if one.kind == "product"]
    products = {one.code: one.name for one in await Product.filter(code__in=codes)} if codes else {}
    numbers = sorted({int(one.ref) for one in declared if one.kind == "client"})
    seen = permissions.may(person, "clients.see")
    masked = await directory.masked_names(person, numbers) if numbers and seen else {}
    shown = {}
    for one in declared:
        if one.kind == "client":
            shown[one.id] = masked.get(int(one.ref)) or _("客户（编号 %(n)s）") % {"n": one.ref}
        else:
            shown[one.id] = f"{one.ref} {products.get(one.ref, '')}".strip()
    return shown
