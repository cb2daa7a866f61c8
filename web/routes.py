"""All doors of the web: the console, client pages, and the static files under them."""

from __future__ import annotations

from starlette.routing import BaseRoute, Route

from web import assets
from web.console import routes as console
from web.portal import routes as portal


def routes() -> list[BaseRoute]:
    """Every route, in order; names are unique across all doors."""
    return [
        Route("/static/{path:path}", assets.serve, name="static"),
        *console.ROUTES,
        *portal.ROUTES,
    ]
