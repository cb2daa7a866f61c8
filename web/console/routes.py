"""The doors of the console: one explicit list of who may open what."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import (
    account_routes,
    calendar,
    campaign_detail,
    campaign_editor,
    campaign_moves,
    campaigns,
    check_in,
    client,
    clients,
    compliance_routes,
    events,
    groups,
    health,
    imports,
    library,
    livestreams,
    overview,
    rewards_routes,
    settings_routes,
    sign_in,
)
from web.doors import open_page, staff_page

ROUTES: list[BaseRoute] = [
    *account_routes.ROUTES,
    *compliance_routes.ROUTES,
    *settings_routes.ROUTES,
    *rewards_routes.ROUTES,
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
    staff_page("/settings/health", health.show, "health", may="health.see"),
    staff_page(
        "/settings/health/sends/{id:int}/decision", health.decide, "health_decide", may="health.repair", methods="POST"
    ),
    staff_page("/campaigns", campaigns.index, "campaigns", may="campaigns.see"),
    staff_page("/campaigns/new", campaigns.new, "new_campaign", may="campaigns.edit"),
    staff_page("/campaigns/new", campaigns.begin, "campaign_begin", may="campaigns.edit", methods="POST"),
    staff_page("/campaigns/{id:int}", campaign_detail.show, "campaign", may="campaigns.see"),
    staff_page("/campaigns/{id:int}/progress", campaign_detail.follow, "campaign_progress", may="campaigns.see"),
    staff_page("/campaigns/{id:int}/edit", campaign_editor.show, "campaign_editor", may="campaigns.edit"),
    staff_page("/campaigns/{id:int}/edit", campaign_editor.save, "campaign_save", may="campaigns.edit", methods="POST"),
    staff_page(
        "/campaigns/{id:int}/audience",
        campaign_editor.count,
        "campaign_audience",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/wording/{step}",
        campaign_editor.check_wording,
        "campaign_wording",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/submission",
        campaign_editor.submit,
        "campaign_submission",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/trial",
        campaign_editor.try_out,
        "campaign_trial",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/start", campaign_moves.start, "campaign_start", may="campaigns.edit", methods="POST"
    ),
    staff_page(
        "/campaigns/{id:int}/pause", campaign_moves.pause, "campaign_pause", may="campaigns.stop", methods="POST"
    ),
    staff_page(
        "/campaigns/{id:int}/resumption",
        campaign_moves.resume,
        "campaign_resumption",
        may="campaigns.edit",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/cancellation",
        campaign_moves.cancel,
        "campaign_cancellation",
        may="campaigns.stop",
        methods="POST",
    ),
    staff_page(
        "/campaigns/{id:int}/release",
        campaign_moves.release,
        "campaign_release",
        may="approvals.decide",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/campaigns/{id:int}/reminder", campaign_moves.remind, "campaign_reminder", may="campaigns.edit", methods="POST"
    ),
    staff_page("/campaigns/{id:int}/copy", campaign_moves.copy, "campaign_copy", may="campaigns.edit", methods="POST"),
    staff_page("/campaigns/{id:int}/date", campaign_moves.move, "campaign_date", may="campaigns.edit", methods="POST"),
    staff_page("/calendar", calendar.show, "calendar", may="calendar.see"),
    staff_page("/library", library.index, "library", may="content.see"),
    staff_page("/library/edit", library.edit, "piece_editor", may="content.edit"),
    staff_page("/library/edit", library.save, "piece_save", may="content.edit", methods="POST"),
    staff_page(
        "/library/{series}/retirement",
        library.retire,
        "piece_retirement",
        may="content.edit",
        methods="POST",
    ),
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
