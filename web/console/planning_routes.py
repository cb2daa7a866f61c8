"""The doors of planning beside the campaign itself: several campaigns at once, series, versions of drafts."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import campaigns_bulk
from web.doors import staff_page

ROUTES: list[BaseRoute] = [
    staff_page("/campaigns/bulk", campaigns_bulk.act, "campaigns_bulk", may="campaigns.stop", methods="POST"),
]
