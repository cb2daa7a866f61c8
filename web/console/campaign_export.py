"""A campaign as a workbook."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import exporting
from campaigns.planning import listing
from web import session

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def export(request: Request) -> Response:
    """POST /campaigns/{id}/export"""
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    content = await exporting.workbook(campaign, person)
    name = quote(f"{campaign.name}.xlsx", safe="")
    headers = {"Content-Disposition": f"attachment; filename=campaign-{campaign.id}.xlsx; filename*=UTF-8''{name}"}
    return Response(content, media_type=XLSX, headers=headers)
