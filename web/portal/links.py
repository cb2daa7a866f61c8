"""The door of tracked links: notes the tap and goes on to where the link leads."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from campaigns.content import link_opening, links
from campaigns.content.link_opening import Visit


async def follow(request: Request) -> Response:
    """GET /l/{token}"""
    link, told = await links.open_token(request.path_params["token"])
    await link_opening.note(link, told, Visit(request.method, request.headers))
    # where it leads was approved with its message and comes from our table, never from the address
    response = RedirectResponse(link.url, status_code=302)
    # every tap comes by here, and where it leads to learns nothing of our address
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
