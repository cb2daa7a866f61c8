"""The doors of what clients get: tiers and their policy, benefits and grants, points."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import benefits, grants, points, tier_changes, tiers
from web.doors import staff_page

TIERS: list[BaseRoute] = [
    staff_page("/tiers", tiers.show, "tiers", may="tiers.see"),
    staff_page("/tiers/change", tier_changes.new, "tier_change", may="policies.edit"),
    staff_page("/tiers/change", tier_changes.propose, "tier_change_propose", may="policies.edit", methods="POST"),
]
GRANTS: list[BaseRoute] = [
    staff_page("/benefits", benefits.show, "benefits", may="benefits.see"),
    staff_page("/grants/new", grants.new, "grant_new", may="grants.make"),
    staff_page("/grants", grants.ask, "grant_ask", may="grants.make", methods="POST"),
    staff_page("/grants/{id:int}/redemption", grants.redeem, "grant_redemption", may="grants.make", methods="POST"),
    staff_page("/grants/{id:int}/reversal", grants.reverse, "grant_reversal", may="grants.make", methods="POST"),
]
POINTS: list[BaseRoute] = [
    staff_page("/points", points.show, "points", may="benefits.see"),
    staff_page("/points", points.adjust, "points_adjust", may="points.adjust", methods="POST"),
    staff_page("/points/search", points.search, "points_search", may="points.adjust", methods="POST"),
    staff_page("/points/check", points.check, "points_check", may="points.adjust", methods="POST"),
]

ROUTES: list[BaseRoute] = [*TIERS, *GRANTS, *POINTS]
