"""The doors of planning beside the campaign itself: several campaigns at once, series, versions of drafts."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import campaign_history, campaign_purpose, campaigns_bulk
from web.doors import staff_page

ROUTES: list[BaseRoute] = [
    staff_page("/campaigns/bulk", campaigns_bulk.act, "campaigns_bulk", may="campaigns.stop", methods="POST"),
    staff_page(
        "/campaigns/{id:int}/autosave",
        campaign_history.autosave,
        "campaign_autosave",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/series/end",
        campaign_purpose.end_series,
        "campaign_series_end",
        may="campaigns.stop",
        methods="POST",
    ),
    staff_page("/campaigns/{id:int}/versions", campaign_history.show, "campaign_versions", may="campaigns.see"),
    staff_page(
        "/campaigns/{id:int}/versions/{version:int}/restoration",
        campaign_history.restore,
        "campaign_restoration",
        may="campaigns.edit",
        methods="POST",
    ),
]
