"""The doors of what campaigns brought: results in every cut, who got what, experiments and their verdicts."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import campaign_results, experiments
from web.doors import staff_page

ROUTES: list[BaseRoute] = [
    staff_page("/experiments", experiments.index, "experiments", may="campaigns.see"),
    staff_page("/campaigns/{id:int}/results", campaign_results.show, "campaign_results", may="campaigns.see"),
    staff_page("/campaigns/{id:int}/people", campaign_results.people, "campaign_people", may="campaigns.see"),
    staff_page(
        "/campaigns/{id:int}/cost", campaign_results.enter_cost, "campaign_cost", may="campaigns.edit", methods="POST"
    ),
    staff_page(
        "/campaigns/{id:int}/verdict", campaign_results.decide, "campaign_verdict", may="campaigns.edit", methods="POST"
    ),
]
