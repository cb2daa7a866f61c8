"""Events: the list, one event with its answers and guest list, more seats."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from campaigns.events import listing, reading, replies
from campaigns.planning import listing as planned
from campaigns.planning.models import Campaign
from kernel import database
from kernel.errors import Forbidden, NotFound
from staff import audit
from staff.models import Staff
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other

STATES = (
    ("invited", "已邀请"),
    ("opened", "看过未答复"),
    ("accepted", "已接受"),
    ("waiting", "候补"),
    ("declined", "已谢绝"),
    ("attended", "已签到"),
)
GUESTS = 50


@dataclass(frozen=True)
class SeatsForm:
    """The new number of seats."""

    seats: int = forms.field("席位数", least=1, most=100_000)


async def index(request: Request) -> Response:
    """GET /events"""
    person = session.signed_in(request)
    page = paging.read(request, await listing.count(person))
    rows = await listing.page(person, page.size, page.offset)
    return render(request, "console/events/list.html", rows=rows, page_of_rows=page)


async def show(request: Request) -> Response:
    """GET /events/{id}"""
    campaign = await find(request)
    person = session.signed_in(request)
    picture = await reading.picture(campaign.id)
    state = request.query_params.get("state", "")
    wanted = state if state in dict(STATES) else ""
    page = paging.read(request, await reading.count_guests(picture.event.id, person, wanted), size=GUESTS)
    guests = await reading.guests(picture.event.id, person, wanted, page.size, page.offset)
    return render(
        request,
        "console/events/show.html",
        campaign=campaign,
        picture=picture,
        guests=guests,
        states=STATES,
        state=wanted,
        page_of_rows=page,
        is_own=await planned.may_change(campaign, person),
    )


async def change_seats(request: Request) -> Response:
    """POST /events/{id}/seats"""
    campaign = await find(request)
    await require_own(campaign, session.signed_in(request))
    form = await forms.read(request, SeatsForm)
    async with database.transaction():
        await replies.add_seats(campaign.id, form.seats)
        await audit.record(session.signed_in(request), "event.seats_changed", "campaign", campaign.id, seats=form.seats)
    return see_other(
        request, "event", id=campaign.id, notice=_("席位数已改为 %(n)s，候补客户按顺序递补") % {"n": form.seats}
    )


async def find(request: Request, kind: str = "event_invitation") -> Campaign:
    """The campaign of the address, when it is of this kind and within the person's scope."""
    campaign = await planned.get(request.path_params["id"], session.signed_in(request))
    if campaign.kind != kind:
        raise NotFound
    return campaign


async def require_own(campaign: Campaign, person: Staff) -> None:
    """Go on only with a campaign of the person's own part of the bank; what head office plans, head office changes."""
    if not await planned.may_change(campaign, person):
        raise Forbidden("总行的活动由总行修改", code="campaign.head_office")
