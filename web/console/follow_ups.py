"""Tasks that journeys give to members of staff: the open ones within one's scope, and closing one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from campaigns.journeys import follow_ups
from kernel import clock
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class OutcomeForm:
    """What came of a task."""

    outcome: str = forms.field("结果", longest=20)


async def index(request: Request) -> Response:
    """GET /follow-ups"""
    person = session.signed_in(request)
    open_ones = await follow_ups.count(person)
    page = paging.read(request, open_ones.tasks)
    return render(
        request,
        "console/journeys/follow_ups.html",
        rows=await follow_ups.lines(person, limit=page.size, offset=page.offset),
        page_of_rows=page,
        open_ones=open_ones,
        outcomes=list(follow_ups.OUTCOMES.items()),
        today=clock.today(),
    )


async def finish(request: Request) -> Response:
    """POST /follow-ups/{id}/outcome"""
    form = await forms.read(request, OutcomeForm)
    await follow_ups.finish(request.path_params["id"], form.outcome, session.signed_in(request))
    return see_other(request, "follow_ups", notice=_("已记录跟进结果"))
