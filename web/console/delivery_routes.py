"""The doors of a campaign while it is sent: the rest after a pilot, and another try for the unsent."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import delivery_moves
from web.doors import staff_page

EDIT = "campaigns.edit"
ROUTES: list[BaseRoute] = [
    staff_page("/campaigns/{id:int}/rest", delivery_moves.follow_pilot, "campaign_rest", may=EDIT, methods="POST"),
    staff_page("/campaigns/{id:int}/resending", delivery_moves.resend, "campaign_resending", may=EDIT, methods="POST"),
]
