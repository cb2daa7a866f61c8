"""On a campaign's page: its goal, how its guard-rails stand, and the series that it belongs to."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import goals, goals_kept, listing, recurring
from campaigns.planning.models import Campaign
from kernel import clock
from staff import permissions
from staff.models import Staff
from web import session
from web.language import gettext as _
from web.rendering import see_other


async def of(campaign: Campaign, person: Staff) -> dict[str, Any]:
    """What the card needs; the button that ends a series only for whoever may press it."""
    goes_on = bool(campaign.repeats) and campaign.repeats_ended_at is None
    may_stop = permissions.may(person, "campaigns.stop") and await listing.may_change(campaign, person)
    first = await Campaign.get(id=campaign.series_id) if campaign.series_id is not None else None
    start = campaign.starts_at or campaign.started_at
    return {
        "goal_said": _("%(n)s 天%(goal)s") % {"n": campaign.goal_days, "goal": _(goals.GOALS[campaign.goal].label)},
        "guards": await goals_kept.of(campaign),
        "series": first,
        "repeats_said": recurring.said(campaign.repeats, clock.local(start).date()) if start else "",
        "occurrences": await recurring.occurrences(campaign) if campaign.repeats else [],
        "goes_on": goes_on,
        "can_end_series": goes_on and may_stop and campaign.state != "draft",
    }


async def end_series(request: Request) -> Response:
    """POST /campaigns/{id}/series/end"""
    number = request.path_params["id"]
    called_off = await recurring.end(number, session.signed_in(request))
    notice = _("已停止重复，取消了 %(n)s 次还没开始的发送") % {"n": called_off}
    return see_other(request, "campaign", id=number, notice=notice, tone="warn")
