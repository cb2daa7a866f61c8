"""The doors of the console: one explicit list of who may open what."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import (
    check_in,
    client,
    clients,
    events,
    groups,
    health,
    imports,
    livestreams,
    overview,
    sign_in,
    tiers,
)
from web.doors import open_page, staff_page

ROUTES: list[BaseRoute] = [
    open_page("/login", sign_in.show, "login"),
    open_page("/login", sign_in.sign_in, "sign_in", methods="POST"),
    staff_page("/logout", sign_in.sign_out, "sign_out", methods="POST"),
    staff_page("/", overview.show, "overview", may="overview.see"),
    staff_page("/clients", clients.show, "clients", may="clients.see"),
    staff_page("/clients/search", clients.search, "client_search", may="clients.see", methods="POST"),
    staff_page("/clients/{id:int}", client.show, "client", may="clients.see"),
    staff_page("/clients/{id:int}/reveal", client.reveal, "client_reveal", may="clients.reveal", methods="POST"),
    staff_page("/groups", groups.show_all, "groups", may="groups.see"),
    staff_page("/groups/{id:int}", groups.show, "group", may="groups.see"),
    staff_page("/imports", imports.index, "imports", may="imports.run"),
    staff_page("/imports", imports.take_in, "import_take_in", may="imports.run", methods="POST"),
    staff_page("/imports/check", imports.check, "import_check", may="imports.run", methods="POST"),
    staff_page("/imports/{id:int}", imports.show, "import_run", may="imports.run"),
    staff_page("/imports/{id:int}/refused.csv", imports.refused, "import_refused", may="imports.run"),
    staff_page("/tiers", tiers.show, "tiers", may="tiers.see"),
    staff_page("/settings/health", health.show, "health", may="health.see"),
    staff_page("/settings/health/callbacks", health.retry, "health_retry", may="health.repair", methods="POST"),
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
