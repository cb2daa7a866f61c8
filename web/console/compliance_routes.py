"""The doors of compliance: approvals, audit, consents, privacy requests, interests, exports, emergency stop."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import approvals, audit, client_suitability, consents, exports, interests, privacy, renewals, stops
from web.doors import staff_page

APPROVALS: list[BaseRoute] = [
    staff_page("/inbox", approvals.inbox, "inbox"),
    staff_page("/approvals", approvals.index, "approvals", may="approvals.see"),
    staff_page("/approvals/{id:int}", approvals.show, "approval", may="approvals.see"),
    staff_page(
        "/approvals/{id:int}/decision",
        approvals.decide,
        "approval_decision",
        may="approvals.see",
        methods="POST",
        step_up=True,
    ),
    staff_page("/approvals/{id:int}/withdrawal", approvals.withdraw, "approval_withdrawal", methods="POST"),
]
STOPS: list[BaseRoute] = [
    staff_page("/stops", stops.index, "stops", may="stops.pull"),
    # no second proof here: whoever sees harm being done must not look for a phone first
    staff_page("/stops", stops.pull, "stop_pull", may="stops.pull", methods="POST"),
    staff_page(
        "/stops/{id:int}/release", stops.release, "stop_release", may="stops.release", methods="POST", step_up=True
    ),
]
INTERESTS: list[BaseRoute] = [
    staff_page("/interests", interests.index, "interests"),
    staff_page("/interests", interests.declare, "interest_declare", methods="POST"),
    staff_page("/interests/search", interests.search, "interest_search", may="clients.see", methods="POST"),
    staff_page("/interests/{id:int}/end", interests.end, "interest_end", methods="POST"),
]

SUITABILITY: list[BaseRoute] = [
    staff_page("/renewals", renewals.show, "renewals", may="clients.see"),
    staff_page(
        "/clients/{id:int}/assessment",
        client_suitability.record,
        "client_assessment",
        may="clients.edit",
        methods="POST",
    ),
]

AUDIT: list[BaseRoute] = [
    staff_page("/audit", audit.show, "audit", may="audit.see"),
    staff_page("/audit/verification", audit.verify, "audit_verification", may="audit.verify", methods="POST"),
]
EXPORTS: list[BaseRoute] = [
    staff_page("/exports", exports.index, "exports", may="exports.ask"),
    staff_page("/exports/new", exports.new, "export_new", may="exports.ask"),
    staff_page("/exports", exports.ask, "export_ask", may="exports.ask", methods="POST", step_up=True),
    staff_page("/exports/{id:int}", exports.show, "export", may="exports.ask"),
    staff_page(
        "/exports/{id:int}/file", exports.fetch, "export_fetch", may="exports.ask", methods="POST", step_up=True
    ),
]

CONSENTS: list[BaseRoute] = [
    staff_page("/consents", consents.index, "consents", may="consents.see"),
    staff_page("/consents/partners", consents.add_partner, "partner_add", may="privacy.handle", methods="POST"),
    staff_page(
        "/consents/partners/{id:int}/end", consents.end_partner, "partner_end", may="privacy.handle", methods="POST"
    ),
]

PRIVACY: list[BaseRoute] = [
    staff_page("/privacy", privacy.index, "privacy", may="privacy.see"),
    staff_page("/privacy", privacy.enter, "privacy_enter", may="privacy.handle", methods="POST"),
    staff_page("/privacy/{id:int}", privacy.show, "privacy_request", may="privacy.see"),
    staff_page("/privacy/{id:int}/evidence", privacy.evidence, "privacy_evidence", may="privacy.see"),
    staff_page("/privacy/{id:int}/answer", privacy.answer, "privacy_answer", may="privacy.handle", methods="POST"),
]

ROUTES: list[BaseRoute] = [*AUDIT, *CONSENTS, *PRIVACY, *EXPORTS, *SUITABILITY, *APPROVALS, *STOPS, *INTERESTS]
