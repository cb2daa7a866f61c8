"""The month: what starts when, where a branch gets too much on one day, drafts that have no day yet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import calendar, lifecycle
from campaigns.planning.calendar import Day
from kernel import clock, holidays
from staff.models import Branch
from web import session
from web.console.campaigns import names
from web.rendering import render

COLOURS = {"event_invitation": "e", "livestream": "l"}
CHANNEL_COLOURS = {"wecom_message": "w", "wecom_group": "g", "oa_service": "o", "oa_template": "o"}
LEGEND = (("w", "企微 1 对 1"), ("o", "公众号"), ("l", "直播"), ("e", "邀约会"))
YEARS = range(2000, 2100)


class Cell(NamedTuple):
    """One day in the grid."""

    day: Day
    holiday: str
    is_worked: bool


async def show(request: Request) -> Response:
    """GET /calendar?month=YYYY-MM"""
    person = session.signed_in(request)
    first = _month(request.query_params.get("month", ""))
    days = await calendar.month(person, first.year, first.month)
    cells = [Cell(day, holidays.name_of(day.day), holidays.is_worked(day.day)) for day in days]
    branches = {branch.id: branch.name for branch in await Branch.all()}
    return render(
        request,
        "console/calendar/month.html",
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=31)).replace(day=1),
        weeks=_weeks(cells),
        clashes=[(day, [branches.get(branch or 0, "总行") for branch in day.clashes]) for day in days if day.clashes],
        waiting=[entry for day in days for entry in day.entries if entry.state == "submitted" and not entry.step],
        most=calendar.MOST_PER_DAY,
        drafts=await calendar.undated(person),
        colour=colour,
        legend=LEGEND,
        movable=lambda state: lifecycle.may("edit", state),
        **names(),
    )


def colour(kind: str, channel: str) -> str:
    """The class of an entry: kinds of their own first, else the channel."""
    return COLOURS.get(kind) or CHANNEL_COLOURS.get(channel, "w")


def _weeks(cells: list[Cell]) -> list[list[Cell | None]]:
    padded: list[Cell | None] = [None] * cells[0].day.day.weekday() + cells
    padded += [None] * (-len(padded) % 7)
    return [padded[start : start + 7] for start in range(0, len(padded), 7)]


def _month(text: str) -> date:
    year, _, month = text.partition("-")
    if (
        year.isdigit()
        and month.isdigit()
        and text.isascii()
        and len(text) < 8
        and int(year) in YEARS
        and 1 <= int(month) <= 12
    ):
        return date(int(year), int(month), 1)
    return clock.today().replace(day=1)
