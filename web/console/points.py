"""The journal of points: both sides of every transaction, corrections with approval, whether the books balance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kernel import database, numbers
from kernel.errors import NotFound, Refused
from loyalty.rewards import points, points_adjusting, points_kinds, points_reading
from loyalty.tiers import directory
from staff import audit, permissions
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import go_to, render, see_other

MOST_FOUND = 8


@dataclass(frozen=True)
class SearchForm:
    """Which client is meant; names and numbers never stand in an address."""

    q: str = forms.field("查找", longest=64, default="")


@dataclass(frozen=True)
class AdjustForm:
    """So many points more, or fewer below 0, and why."""

    client: int = forms.field("客户")
    points: int = forms.field("积分", least=-points_adjusting.MOST, most=points_adjusting.MOST)
    reason: str = forms.field("原因", longest=200)


async def show(request: Request) -> Response:
    """GET /points?client="""
    given = request.query_params.get("client", "")
    client = numbers.row_id(given)
    return await _page(request, client)


async def search(request: Request) -> Response:
    """POST /points/search"""
    form = await forms.read(request, SearchForm)
    found = []
    if form.q.strip():
        # as at the list of clients: that somebody was looked for, never who
        await audit.record(session.signed_in(request), "client.searched")
        filters = directory.Filters(words=form.q.strip())
        found = await directory.lines(session.signed_in(request), filters, limit=MOST_FOUND, offset=0)
    if len(found) == 1:
        return go_to(request, _address(request, found[0].id))
    return await _page(request, None, found=found, searched=form.q)


async def adjust(request: Request) -> Response:
    """POST /points"""
    person = session.signed_in(request)
    reading = await forms.attempt(request, AdjustForm)
    client = reading.values.get("client", "")
    client_id = numbers.row_id(client)
    if reading.form is None:
        return await _page(request, client_id, values=reading.values, errors=reading.errors)
    await directory.require_visible(person, reading.form.client)
    try:
        await points_adjusting.propose(reading.form.client, reading.form.points, reading.form.reason, person)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, client_id, values=reading.values, problem=refusal)
    return go_to(request, _address(request, reading.form.client), notice=_("已提交，另一位同事批准后记账"))


async def check(request: Request) -> Response:
    """POST /points/check"""
    async with database.transaction():
        done = await points.reconcile()
        await audit.record(session.signed_in(request), "points.reconciled", "points_check", done.id)
    is_fine = not (done.unbalanced or done.differing or done.total)
    said = _("核对完成，账目平衡") if is_fine else _("核对完成，发现不一致，请通知管理员")
    return see_other(request, "points", notice=said, tone="good" if is_fine else "bad")


async def _page(
    request: Request,
    client_id: int | None,
    *,
    found: list[directory.Line] | None = None,
    searched: str = "",
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    problem: Refused | None = None,
) -> Response:
    person = session.signed_in(request)
    may_see_clients = permissions.may(person, "clients.see")
    if client_id is not None:
        if not may_see_clients:
            raise NotFound
        await directory.require_visible(person, client_id)
    entries, total = (
        await points_reading.entries(person, client_id, paging.asked_number(request)) if may_see_clients else ([], 0)
    )
    totals = await points_reading.totals(person)
    names = await directory.masked_names(person, [client_id]) if client_id is not None else {}
    return render(
        request,
        "console/points.html",
        status=problem.status if problem else 422 if errors else 200,
        client_id=client_id,
        client_name=names.get(client_id, "") if client_id is not None else "",
        balance=await points.balance(client_id) if client_id is not None else 0,
        entries=entries,
        page_of=paging.read(request, total, size=points_reading.PAGE),
        accounts=[(code, _(label), totals.get(code, 0)) for code, label in _accounts()],
        total=sum(totals.values()),
        kinds={code: (_(kind.label), _(points_kinds.BANK_ACCOUNTS[kind.other])) for code, kind in _kinds()},
        last_check=await points_reading.last_check(),
        may_see_clients=may_see_clients,
        found=found,
        searched=searched,
        values=values or {},
        errors=errors or {},
        problem=problem,
    )


def _address(request: Request, client_id: int) -> str:
    return f"{request.app.url_path_for('points')}?client={client_id}"


def _accounts() -> list[tuple[str, str]]:
    return [(points_kinds.CLIENT, "客户账户"), *points_kinds.BANK_ACCOUNTS.items()]


def _kinds() -> list[tuple[str, points_kinds.PointsKind]]:
    return list(points_kinds.KINDS.items())
