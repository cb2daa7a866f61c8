"""Benefits: the catalogue with what was granted and used of it, and the newest grants."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from loyalty.rewards import periods, reading
from loyalty.tiers import directory
from staff import permissions
from web import paging
from web.rendering import render

PERIODS = {"month": "每月", "quarter": "每季", "year": "每年"}
CAUSES = {"tier.raised": "升级", "staff": "人工发放"}
STATES = {"granted": "可使用", "redeemed": "已使用", "reversed": "已撤回"}
TONES = {"granted": "good", "redeemed": "done", "reversed": "bad"}


async def show(request: Request) -> Response:
    """GET /benefits"""
    # the catalogue is for all who may see benefits; who got one only for those who may see clients
    may_see_clients = permissions.may(request.user, "clients.see")
    grants, total = await reading.grants(request.user, paging.asked_number(request)) if may_see_clients else ([], 0)
    return render(
        request,
        "console/benefits.html",
        catalogue=await reading.catalogue(request.user),
        grants=grants,
        page_of=paging.read(request, total, size=reading.PAGE),
        may_see_clients=may_see_clients,
        tiers=await directory.tier_names(),
        periods=PERIODS,
        period_name=periods.label,
        causes=CAUSES,
        states=STATES,
        tones=TONES,
    )
