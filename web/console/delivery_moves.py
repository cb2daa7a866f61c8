"""What people do with a campaign that is being sent: let those after the pilot follow, try the unsent again."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import piloting, resending
from campaigns.delivery.progress import Funnel
from campaigns.planning.models import Campaign
from web import session
from web.language import gettext as _
from web.rendering import see_other


async def follow_pilot(request: Request) -> Response:
    """POST /campaigns/{id}/rest"""
    campaign = await piloting.go_on(request.path_params["id"], session.signed_in(request))
    return see_other(request, "campaign", id=campaign.id, notice=_("已放行，其余客户现在开始发送"))


async def resend(request: Request) -> Response:
    """POST /campaigns/{id}/resending"""
    number = request.path_params["id"]
    outcome = await resending.resend(number, session.signed_in(request))
    if outcome.asked is not None:
        notice = _("人数超过界限，已送审：须由另一位同事批准后补发")
    else:
        notice = _("已补发 %(n)s 条，已收到和结果不明的客户不会再收到") % {"n": outcome.planned}
    return see_other(request, "campaign", id=number, notice=notice)


async def context(campaign: Campaign, funnel: Funnel) -> dict[str, Any]:
    """The pilot while the others wait, and how many may be tried again once nothing is under way."""
    is_over = not funnel.queued and funnel.failed + funnel.skipped > 0
    may_resend = is_over and await resending.may_be_asked(campaign)
    return {
        "pilot": await piloting.of(campaign),
        "unsent": await resending.unsent(campaign) if may_resend else None,
    }
