"""The staff phone at the door: enter or scan a guest's code."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from campaigns.events import check_in, reading
from community.clients import portrait
from kernel import masking
from kernel.errors import Refused
from web import forms, session
from web.console import events
from web.rendering import render


@dataclass(frozen=True)
class CodeForm:
    """The code on the guest's ticket."""

    code: str = forms.field("入场码", longest=20)


async def show(request: Request) -> Response:
    """GET /events/{id}/check-in"""
    return await _page(request, code=request.query_params.get("code", "")[:20])


async def enter(request: Request) -> Response:
    """POST /events/{id}/check-in"""
    await events.find(request)
    reading_of_form = await forms.attempt(request, CodeForm)
    typed = str(reading_of_form.values["code"])[:20]
    try:
        if reading_of_form.form is None:
            raise forms.Invalid(reading_of_form.errors)
        guest = await check_in.check_in(request.path_params["id"], typed, session.signed_in(request))
    except Refused as refused:
        return await _page(request, code=typed, problem=refused.message, status=refused.status)
    names = await portrait.names_of([guest.client_id])
    return await _page(request, welcomed=masking.name(names.get(guest.client_id, "")) or guest.code)


async def _page(
    request: Request, *, code: str = "", problem: str = "", welcomed: str = "", status: int = 200
) -> Response:
    campaign = await events.find(request)
    return render(
        request,
        "console/events/check_in.html",
        status=status,
        campaign=campaign,
        picture=await reading.picture(campaign.id),
        code=code,
        problem=problem,
        welcomed=welcomed,
    )
