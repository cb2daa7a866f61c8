"""Assessments and documents that end soon or have ended: the lists that directors work through."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from community.clients import portrait
from community.suitability import kyc, renewals
from kernel import masking
from web import paging, session
from web.rendering import render


async def show(request: Request) -> Response:
    """GET /renewals"""
    which = request.query_params.get("list", "assessment_ending")
    lines, total = await renewals.page(session.signed_in(request), which, paging.asked_number(request))
    names = await portrait.names_of([line.client_id for line in lines])
    return render(
        request,
        "console/renewals.html",
        which=which,
        lists=renewals.LISTS,
        lines=[(line, masking.name(names.get(line.client_id, ""))) for line in lines],
        page_of=paging.read(request, total, size=renewals.PAGE),
        is_about_documents=which not in ("assessment_ending", "assessment_expired"),
        unlimited=kyc.UNLIMITED,
    )
