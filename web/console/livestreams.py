"""Livestreams: the list, and one livestream with reservations, viewers and minutes watched."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from campaigns.livestreams import attendance, listing, reading
from kernel.errors import Refused
from web import paging, session
from web.console import events
from web.language import gettext as _
from web.rendering import render, see_other

STATUS = {
    0: ("已预约", "plan"),
    1: ("直播中", "run"),
    2: ("已结束", "done"),
    3: ("已过期", "warn"),
    4: ("已取消", "bad"),
}


async def index(request: Request) -> Response:
    """GET /livestreams"""
    person = session.signed_in(request)
    page = paging.read(request, await listing.count(person))
    rows = await listing.page(person, page.size, page.offset)
    return render(request, "console/livestreams/list.html", rows=rows, page_of_rows=page, statuses=STATUS)


async def show(request: Request) -> Response:
    """GET /livestreams/{id}"""
    campaign = await events.find(request, "livestream")
    person = session.signed_in(request)
    figures = await reading.figures(campaign.id)
    total = await reading.count_viewers(figures.livestream.id, person)
    page = paging.read(request, total, size=events.GUESTS)
    viewers = await reading.viewers(figures.livestream.id, person, page.size, page.offset)
    return render(
        request,
        "console/livestreams/show.html",
        campaign=campaign,
        figures=figures,
        viewers=viewers,
        statuses=STATUS,
        page_of_rows=page,
    )


async def take_in(request: Request) -> Response:
    """POST /livestreams/{id}/attendance"""
    campaign = await events.find(request, "livestream")
    figures = await reading.figures(campaign.id)
    if figures.livestream.livingid is None:
        raise Refused("直播尚未在企业微信预约，没有观看数据", code="livestream.unbooked")
    livestream = await attendance.follow(figures.livestream.livingid)
    if livestream is None or livestream.status != 2:
        return see_other(
            request, "livestream", id=campaign.id, notice=_("直播还没有结束，观看数据稍后再取"), tone="warn"
        )
    seen, changed = await attendance.take_in(livestream, session.signed_in(request))
    return see_other(
        request, "livestream", id=campaign.id, notice=_("共 %(n)s 位观众，%(m)s 条有变化") % {"n": seen, "m": changed}
    )
