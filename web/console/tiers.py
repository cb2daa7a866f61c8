"""Tiers: the policy in force, how many clients stand in each, and what the monthly reviews decided."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from loyalty.tiers import reading
from web.rendering import render

UPGRADES = {"next_month": "达标次月升级", "at_once": "达标即升级"}
DROPS = {"last_month": "降至最后一个宽限月对应的层级", "best_of_window": "降至窗口内最高月均对应的层级"}
DAY_COUNTS = {"calendar": "按自然日平均", "thirty": "按 30 天平均"}


async def show(request: Request) -> Response:
    """GET /tiers"""
    return render(
        request,
        "console/tiers.html",
        overview=await reading.overview(request.user),
        upgrades=UPGRADES,
        drops=DROPS,
        day_counts=DAY_COUNTS,
    )
