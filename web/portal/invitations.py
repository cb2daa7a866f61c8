"""The page behind a client's personal invitation: when and where, yes or no, and the ticket that opens the door."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import segno
from starlette.requests import Request
from starlette.responses import Response

from campaigns.events import invitations, replies
from campaigns.events.models import Event, Invitation
from campaigns.planning.models import Campaign
from kernel import clock, settings
from kernel.errors import Refused
from web import forms
from web.rendering import go_to, render


@dataclass(frozen=True)
class ReplyForm:
    """The client's answer."""

    answer: Literal["yes", "no"] = forms.field("是否参加")


async def show(request: Request) -> Response:
    """GET /p/invitations/{token}"""
    invitation = await invitations.open_link(request.path_params["token"])
    return await _page(request, invitation)


async def reply(request: Request) -> Response:
    """POST /p/invitations/{token}"""
    invitation = await invitations.open_link(request.path_params["token"])
    form = await forms.read(request, ReplyForm)
    try:
        if form.answer == "yes":
            await replies.accept(invitation.id)
        else:
            await replies.decline(invitation.id)
    except Refused as refused:
        return await _page(request, invitation, problem=refused.message, status=refused.status)
    return go_to(request, request.url.path)


async def _page(request: Request, invitation: Invitation, *, problem: str = "", status: int = 200) -> Response:
    event = await Event.get(id=invitation.event_id)
    campaign = await Campaign.get(id=event.campaign_id).prefetch_related("branch")
    is_cancelled = campaign.state == "cancelled"
    is_ahead = clock.now() < event.starts_at and not is_cancelled
    in_time = event.reply_by is None or clock.now() <= event.reply_by
    return render(
        request,
        "portal/invitation.html",
        status=status,
        invitation=invitation,
        event=event,
        campaign=campaign,
        left=max(event.seats - event.taken, 0),
        is_open=is_ahead and in_time,
        can_give_back=is_ahead and not in_time and invitation.state in ("accepted", "waiting"),
        is_cancelled=is_cancelled,
        problem=problem,
        ticket=_ticket(event.campaign_id, invitation.code)
        if invitation.state in replies.SEATED and not is_cancelled
        else "",
    )


def _ticket(campaign_id: int, code: str) -> str:
    # the code opens the check-in page of the staff phone; without a sign-in there it shows nothing
    address = f"{settings.get().public_url}/events/{campaign_id}/check-in?code={code}"
    return segno.make(address, error="m").svg_inline(scale=5, border=1, svgclass="qr", lineclass=None, omitsize=True)
