"""Granting benefits by hand, using and taking back what was granted; what has a value needs a second person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from kernel import numbers
from kernel.errors import Forbidden, NotFound, Refused
from loyalty.rewards import benefits, granting, grants_reading, periods, reading, reversing
from loyalty.rewards.models import Benefit
from loyalty.tiers import directory
from web import formats, forms, session
from web.console.approvals import STATES
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class GrantForm:
    """A benefit for one client (from the client's page) or for a pasted list of client numbers."""

    benefit: int = forms.field("权益")
    reason: str = forms.field("原因", longest=200)
    client: int | None = forms.field("客户", default=None)
    numbers: str = forms.field("客户号", longest=30_000, default="")


@dataclass(frozen=True)
class ActForm:
    """What is done to one grant, and on which page it was asked for."""

    reason: str = forms.field("原因", longest=200, default="")
    back: Literal["client", "benefits"] = forms.field("返回", default="client")


async def new(request: Request) -> Response:
    """GET /grants/new?client="""
    given = request.query_params.get("client", "")
    client = numbers.row_id(given)
    return await _page(request, {"client": client, "benefit": request.query_params.get("benefit", "")})


async def ask(request: Request) -> Response:
    """POST /grants"""
    person = session.signed_in(request)
    form = await forms.attempt(request, GrantForm)
    if form.form is None:
        return await _page(request, form.values, errors=form.errors)
    try:
        ids = [form.form.client] if form.form.client else await _named(form.form.numbers, request)
        await granting.propose(form.form.benefit, ids, form.form.reason, person)
    except (Forbidden, NotFound):
        raise
    except Refused as refusal:
        return await _page(request, form.values, problem=refusal)
    return see_other(request, "grant_new", notice=_("已提交，另一位同事批准后发放并通知客户"))


async def redeem(request: Request) -> Response:
    """POST /grants/{id}/redemption"""
    person, grant_id = session.signed_in(request), request.path_params["id"]
    client_id = await reading.client_of(person, grant_id)
    form = await forms.read(request, ActForm)
    await benefits.redeem(grant_id, by=person)
    return _back(request, form, client_id, _("已核销"))


async def reverse(request: Request) -> Response:
    """POST /grants/{id}/reversal"""
    person, grant_id = session.signed_in(request), request.path_params["id"]
    client_id = await reading.client_of(person, grant_id)
    form = await forms.read(request, ActForm)
    asked = await reversing.reverse(grant_id, form.reason, person)
    return _back(request, form, client_id, _("已提交，另一位同事批准后收回") if asked else _("已收回，库存已退还"))


async def _named(numbers: str, request: Request) -> list[int]:
    named = await granting.clients_named(numbers, session.signed_in(request))
    if named.unknown:
        said = "、".join(f"…{one[-4:]}" for one in named.unknown[:5])
        raise Refused(
            _("有 %(n)s 个客户号不存在，或不在您的范围内：%(which)s") % {"n": len(named.unknown), "which": said},
            code="grant.unknown_number",
        )
    return named.ids


def _back(request: Request, form: ActForm, client_id: int, notice: str) -> Response:
    if form.back == "benefits":
        return see_other(request, "benefits", notice=notice)
    return see_other(request, "client", id=client_id, notice=notice)


async def _page(
    request: Request, values: dict[str, Any], *, errors: dict[str, str] | None = None, problem: Refused | None = None
) -> Response:
    person, client, name = session.signed_in(request), numbers.row_id(values.get("client")), ""
    if client is not None:
        await directory.require_visible(person, client)
        name = (await directory.masked_names(person, [client])).get(client, "")
    return render(
        request,
        "console/grant_new.html",
        status=problem.status if problem else 422 if errors else 200,
        client=client,
        client_name=name,
        choices=[(one.id, _choice(one)) for one in await Benefit.filter(is_active=True).order_by("tier", "id")],
        orders=await grants_reading.orders_of(person),
        period_name=periods.label,
        states=STATES,
        most=granting.MOST,
        values=values,
        errors=errors or {},
        problem=problem,
    )


def _choice(benefit: Benefit) -> str:
    worth = formats.money(benefit.value_fen) if benefit.value_fen else _("无价值")
    left = _("不限") if benefit.stock is None else _("剩 %(n)s 份") % {"n": benefit.stock}
    return f"{benefit.name} · {worth} · {left}"
