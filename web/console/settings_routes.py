"""The doors of the settings: people, organisation, permissions, products, keys, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import (
    api_calls,
    connection_secrets,
    connections,
    drift,
    intake,
    keys,
    organisation,
    people,
    permissions,
    person,
    policies,
    product_files,
    products,
    quotas,
    retention,
)
from web.doors import staff_page

KEYS: list[BaseRoute] = [
    staff_page("/settings/keys", keys.show, "keys", may="keys.manage", step_up=True),
    staff_page("/settings/keys/progress", keys.progress, "keys_progress", may="keys.manage"),
    staff_page("/settings/keys/rotations", keys.rotate, "keys_rotate", may="keys.manage", methods="POST", step_up=True),
    staff_page(
        "/settings/keys/rotations/{id:int}/pause",
        keys.pause,
        "keys_pause",
        may="keys.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/keys/rotations/{id:int}/resume",
        keys.resume,
        "keys_resume",
        may="keys.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/keys/{epoch:int}/destruction",
        keys.destroy,
        "keys_destroy",
        may="keys.manage",
        methods="POST",
        step_up=True,
    ),
]

PRODUCTS: list[BaseRoute] = [
    staff_page("/products", products.index, "products", may="products.see"),
    staff_page("/products/file.csv", product_files.hand_out, "products_file", may="products.see"),
    staff_page("/products/file", product_files.take_in, "products_take_in", may="products.edit", methods="POST"),
    staff_page(
        "/products/ratings", product_files.take_in_ratings, "product_ratings", may="products.rate", methods="POST"
    ),
    staff_page("/products/new", products.new, "product_new", may="products.edit"),
    staff_page("/products/new", products.add, "product_add", may="products.edit", methods="POST"),
    staff_page("/products/{id:int}", products.show, "product", may="products.see"),
    staff_page("/products/{id:int}", products.save, "product_save", may="products.edit", methods="POST"),
    staff_page("/products/{id:int}/rating", products.rate, "product_rating", may="products.rate", methods="POST"),
]

POLICIES: list[BaseRoute] = [
    staff_page("/settings/policies", policies.index, "policies", may="policies.edit"),
    staff_page(
        "/settings/policies/approval-rules", policies.propose_rule, "policy_rule", may="policies.edit", methods="POST"
    ),
    staff_page(
        "/settings/policies/preset", policies.propose_preset, "policy_preset", may="policies.edit", methods="POST"
    ),
    staff_page(
        "/settings/policies/sending", policies.propose_sending, "policy_sending", may="policies.edit", methods="POST"
    ),
]

QUOTAS: list[BaseRoute] = [staff_page("/quotas", quotas.index, "quotas", may="campaigns.see")]

PEOPLE: list[BaseRoute] = [
    staff_page("/settings/people", people.index, "people", may="people.see"),
    staff_page("/settings/people", people.hire, "person_hire", may="people.manage", methods="POST", step_up=True),
    staff_page("/settings/people/{id:int}", person.show, "person", may="people.see"),
    staff_page(
        "/settings/people/{id:int}/role",
        person.change_role,
        "person_role",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/departure",
        person.let_go,
        "person_departure",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/handover",
        person.hand_over,
        "person_handover",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/invitation",
        person.make_link,
        "person_invitation",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/second-factor",
        person.reset_second_factor,
        "person_second_factor",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/sessions",
        person.end_sessions,
        "person_sessions_end",
        may="people.manage",
        methods="POST",
    ),
    staff_page(
        "/settings/people/{id:int}/delegations",
        person.delegate,
        "person_delegation",
        may="people.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/people/{id:int}/delegations/{delegation:int}/end",
        person.end_delegation,
        "person_delegation_end",
        may="people.manage",
        methods="POST",
    ),
    staff_page("/settings/permissions", permissions.show, "permissions", may="permissions.see"),
]

ORGANISATION: list[BaseRoute] = [
    staff_page("/settings/organisation", organisation.index, "organisation", may="people.see"),
    staff_page(
        "/settings/organisation",
        organisation.open_unit,
        "unit_open",
        may="organisation.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/organisation/{id:int}/name",
        organisation.rename,
        "unit_name",
        may="organisation.manage",
        methods="POST",
    ),
    staff_page(
        "/settings/organisation/{id:int}/parent",
        organisation.move,
        "unit_parent",
        may="organisation.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        "/settings/organisation/{id:int}/closing",
        organisation.close,
        "unit_closing",
        may="organisation.manage",
        methods="POST",
        step_up=True,
    ),
]

INTAKE: list[BaseRoute] = [
    staff_page("/settings/intake", intake.show, "intake", may="health.see"),
    staff_page("/settings/intake/now", intake.progress, "intake_now", may="health.see"),
    staff_page("/settings/intake/callbacks", intake.retry, "intake_retry", may="health.repair", methods="POST"),
    staff_page("/settings/intake/unknown", intake.let_go, "intake_let_go", may="health.repair", methods="POST"),
    staff_page("/settings/intake/examination", intake.examine, "intake_examine", may="health.repair", methods="POST"),
]

API_CALLS: list[BaseRoute] = [
    staff_page("/settings/api-calls", api_calls.show, "api_calls", may="health.see"),
    staff_page(
        "/settings/api-calls/{id:int}/release",
        api_calls.release,
        "api_call_release",
        may="health.repair",
        methods="POST",
    ),
]

DRIFT: list[BaseRoute] = [
    staff_page("/settings/drift", drift.index, "drift", may="health.see"),
    staff_page("/settings/drift/now", drift.now, "drift_now", may="health.see"),
    staff_page("/settings/drift/runs", drift.begin, "drift_begin", may="health.repair", methods="POST"),
    staff_page("/settings/drift/{id:int}", drift.show, "drift_run", may="health.see"),
]

RETENTION: list[BaseRoute] = [
    staff_page("/settings/retention", retention.index, "retention", may="retention.manage"),
    staff_page("/settings/retention", retention.propose, "retention_propose", may="retention.manage", methods="POST"),
]

ACCOUNT = "/settings/connections/{side}/{slug}"
CONNECTIONS: list[BaseRoute] = [
    staff_page("/settings/connections", connections.index, "connections", may="connections.manage"),
    staff_page(
        "/settings/connections/new", connection_secrets.new, "connection_new", may="connections.manage", step_up=True
    ),
    staff_page(
        "/settings/connections/new",
        connection_secrets.add,
        "connection_add",
        may="connections.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(ACCOUNT, connections.show, "connection", may="connections.manage"),
    staff_page(ACCOUNT, connections.save, "connection_save", may="connections.manage", methods="POST"),
    staff_page(f"{ACCOUNT}/diagnosis", connections.progress, "connection_progress", may="connections.manage"),
    staff_page(
        f"{ACCOUNT}/diagnosis", connections.diagnose, "connection_diagnose", may="connections.manage", methods="POST"
    ),
    staff_page(f"{ACCOUNT}/pause", connections.pause, "connection_pause", may="connections.manage", methods="POST"),
    staff_page(f"{ACCOUNT}/resume", connections.resume, "connection_resume", may="connections.manage", methods="POST"),
    staff_page(
        f"{ACCOUNT}/primary",
        connections.make_primary,
        "connection_primary",
        may="connections.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        f"{ACCOUNT}/secrets", connection_secrets.show, "connection_secrets", may="connections.manage", step_up=True
    ),
    staff_page(
        f"{ACCOUNT}/secrets",
        connection_secrets.save,
        "connection_secrets_save",
        may="connections.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        f"{ACCOUNT}/rotation",
        connection_secrets.rotate,
        "connection_rotation",
        may="connections.manage",
        methods="POST",
        step_up=True,
    ),
    staff_page(
        f"{ACCOUNT}/rotation/end",
        connection_secrets.end_overlap,
        "connection_overlap_end",
        may="connections.manage",
        methods="POST",
        step_up=True,
    ),
]

ROUTES: list[BaseRoute] = [
    *INTAKE,
    *API_CALLS,
    *DRIFT,
    *CONNECTIONS,
    *QUOTAS,
    *RETENTION,
    *PEOPLE,
    *ORGANISATION,
    *KEYS,
    *PRODUCTS,
    *POLICIES,
]
