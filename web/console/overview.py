"""The first page: what waits, the key numbers, what came back, groups and campaigns."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.rendering import render


async def show(request: Request) -> Response:
    """GET /"""
    return render(request, "console/overview.html")
