"""The page behind a client's personal livestream link: when it begins, and a reminder on request."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from campaigns.livestreams import guests
from campaigns.livestreams.models import LiveGuest
from campaigns.planning.models import Campaign
from kernel.errors import Refused
from web.rendering import go_to, render


async def show(request: Request) -> Response:
    """GET /p/livestreams/{token}"""
    return await _page(request, await guests.open_link(request.path_params["token"]))


async def reserve(request: Request) -> Response:
    """POST /p/livestreams/{token}"""
    guest = await guests.open_link(request.path_params["token"])
    try:
        await guests.reserve(guest)
    except Refused as refused:
        return await _page(request, guest, problem=refused.message, status=refused.status)
    return go_to(request, request.url.path)


async def _page(request: Request, guest: LiveGuest, *, problem: str = "", status: int = 200) -> Response:
    livestream = guest.livestream
    campaign = await Campaign.get(id=livestream.campaign_id).prefetch_related("branch")
    return render(
        request,
        "portal/livestream.html",
        status=status,
        guest=guest,
        livestream=livestream,
        campaign=campaign,
        problem=problem,
    )
