"""Standing in, on a person's own account: who stands in for me, for whom I stand in, and setting it for a leave."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import Refused
from staff import delegations, directory
from staff.models import Staff
from web import forms, session
from web.console.person import LeaveForm
from web.language import gettext as _
from web.rendering import render, see_other


async def show(request: Request) -> Response:
    """GET /account/delegations"""
    return await _page(request)


async def delegate(request: Request) -> Response:
    """POST /account/delegations"""
    person = session.signed_in(request)
    reading = await forms.attempt(request, LeaveForm)
    form = reading.form
    if form is None:
        return await _page(request, reading.values, reading.errors, status=422)
    deputy = await Staff.get_or_none(id=form.deputy, is_active=True)
    if deputy is None:
        return await _page(request, reading.values, {"deputy": _("代理人请从列表中选择")}, status=422)
    try:
        await delegations.delegate(person, deputy, form.from_on, form.until_on, form.reason, person)
    except Refused as error:
        return await _page(request, reading.values, problem=error.message, status=error.status)
    notice = _("已委托给 %(name)s；到期自动结束") % {"name": deputy.name}
    return see_other(request, "account_delegations", notice=notice)


async def end(request: Request) -> Response:
    """POST /account/delegations/{id}/end"""
    await delegations.end(request.path_params["id"], session.signed_in(request))
    return see_other(request, "account_delegations", notice=_("代理已结束"))


async def _page(
    request: Request,
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    person = session.signed_in(request)
    return render(
        request,
        "console/people/delegations.html",
        status=status,
        given=await delegations.given_by(person),
        taken=await delegations.taken_by(person),
        deputies=await directory.colleagues(person),
        values=values or {},
        errors=errors or {},
        problem=problem,
    )
