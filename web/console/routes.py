"""The doors of the console: one explicit list of who may open what."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import check_in, events, livestreams, overview, sign_in
from web.doors import open_page, staff_page

ROUTES: list[BaseRoute] = [
    open_page("/login", sign_in.show, "login"),
    open_page("/login", sign_in.sign_in, "sign_in", methods="POST"),
    staff_page("/logout", sign_in.sign_out, "sign_out", methods="POST"),
    staff_page("/", overview.show, "overview", may="overview.see"),
    staff_page("/events", events.index, "events", may="events.see"),
    staff_page("/events/{id:int}", events.show, "event", may="events.see"),
    staff_page("/events/{id:int}/seats", events.change_seats, "event_seats", may="events.edit", methods="POST"),
    staff_page("/events/{id:int}/check-in", check_in.show, "check_in", may="events.check_in"),
    staff_page("/events/{id:int}/check-in", check_in.enter, "check_in_guest", may="events.check_in", methods="POST"),
    staff_page("/livestreams", livestreams.index, "livestreams", may="livestreams.see"),
    staff_page("/livestreams/{id:int}", livestreams.show, "livestream", may="livestreams.see"),
    staff_page(
        "/livestreams/{id:int}/attendance",
        livestreams.take_in,
        "livestream_attendance",
        may="livestreams.edit",
        methods="POST",
    ),
    open_page("/language", sign_in.choose_language, "language", methods="POST"),
]
