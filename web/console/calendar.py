"""The calendar: month, week, channels and list; how full days are, what to check, drafts that have no day yet."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from campaigns.planning import calendar, calendar_checks, lifecycle
from campaigns.planning.calendar import Day, Entry
from community.sending import quota_overview
from kernel import clock, holidays
from staff.models import Branch, Staff
from web import session
from web.console.campaigns import names
from web.language import gettext as _
from web.rendering import render

VIEWS = {"month": "月", "week": "周", "channel": "渠道", "list": "列表"}
COLOURS = {"event_invitation": "e", "livestream": "l", "group_message": "g", "moments": "g"}
CHANNEL_COLOURS = {"wecom_message": "w", "wecom_group": "g", "moments": "g"}
LEGEND = (("w", "企微 1 对 1"), ("g", "客户群与朋友圈"), ("o", "公众号"), ("l", "直播"), ("e", "邀约会"))
YEARS = range(2000, 2100)


class Cell(NamedTuple):
    """One day in the grid; load: how full it is, in percent of what clients may get."""

    day: Day
    holiday: str
    is_worked: bool
    load: int


async def show(request: Request) -> Response:
    """GET /calendar?view=month|week|channel|list&day=YYYY-MM-DD&only=w&only=g"""
    person = session.signed_in(request)
    view = request.query_params.get("view", "")
    view = view if view in VIEWS else "month"
    at = _day(request.query_params.get("day", "") or request.query_params.get("month", ""))
    only = [code for code, _label in LEGEND if code in request.query_params.getlist("only")]
    first, last = _stretch(view, at)
    most = await calendar_checks.capacity(person)
    days = await calendar.span(person, first, last)
    checks = await calendar_checks.of(days, person, most)
    shown = [day._replace(entries=_of_colours(day.entries, only)) for day in days]
    cells = [
        Cell(day, holidays.name_of(day.day), holidays.is_worked(day.day), calendar_checks.load(whole, most))
        for day, whole in zip(shown, days, strict=True)
    ]
    return render(
        request,
        f"console/calendar/{view}.html",
        view=view,
        first=first,
        last=last,
        at=at,
        before=first - timedelta(days=1),
        after=last + timedelta(days=1),
        weeks=_weeks(cells),
        cells=cells,
        lanes=[(code, label, _lane(shown, code)) for code, label in LEGEND if not only or code in only],
        checks=checks,
        drafts=await calendar.undated(person),
        legend=LEGEND,
        only=only,
        **_addresses(request, view, at, only),
        **await _words(person),
    )


async def _words(person: Staff) -> dict[str, Any]:
    branches = {branch.id: branch.name for branch in await Branch.all()}
    return {
        "branch_names": branches,
        "most": calendar.MOST_PER_DAY,
        "full": calendar_checks.FULL_PERCENT,
        "quota": await quota_overview.of_clients(person),
        "group_quota": await quota_overview.of_groups(person),
        "followers": await quota_overview.of_followers(person),
        "colour": colour,
        "movable": lambda state: lifecycle.may("edit", state),
        **names(),
    }


def colour(kind: str, channel: str) -> str:
    """The class of an entry: kinds of their own first, else the channel."""
    return COLOURS.get(kind) or CHANNEL_COLOURS.get(channel, "o")


def _of_colours(entries: Sequence[Entry], only: Collection[str]) -> list[Entry]:
    return [entry for entry in entries if not only or colour(entry.kind, entry.channel) in only]


def _lane(days: Sequence[Day], code: str) -> list[tuple[Day, list[Entry]]]:
    return [(day, _of_colours(day.entries, (code,))) for day in days]


def _addresses(request: Request, view: str, at: date, only: Sequence[str]) -> dict[str, Any]:
    path = str(request.app.url_path_for("calendar"))

    def address(to_view: str, day: date | None = None) -> str:
        kept = [("view", to_view), ("day", (day or at).isoformat()), *(("only", code) for code in only)]
        return f"{path}?{urlencode(kept)}"

    tabs = [(_(label), address(code), code == view) for code, label in VIEWS.items()]
    return {"tabs": tabs, "to": lambda day: address(view, day), "address_of": address}


def _stretch(view: str, at: date) -> tuple[date, date]:
    """The first and the last day shown."""
    if view in ("week", "channel"):
        monday = at - timedelta(days=at.weekday())
        return monday, monday + timedelta(days=6)
    first = at.replace(day=1)
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _weeks(cells: list[Cell]) -> list[list[Cell | None]]:
    padded: list[Cell | None] = [None] * cells[0].day.day.weekday() + cells
    padded += [None] * (-len(padded) % 7)
    return [padded[start : start + 7] for start in range(0, len(padded), 7)]


def _day(text: str) -> date:
    """A day, or the first one of a month; today when it is neither."""
    try:
        found = date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError:
        return clock.today()
    # a month that holds today is looked at from today on: its week is the present one
    today = clock.today()
    if len(text) <= 7 and found == today.replace(day=1):
        return today
    return found if found.year in YEARS else today
