"""The doors of the settings: people, organisation, permissions, products, keys, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import keys, policies, product_files, products
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
        "/settings/policies/sending", policies.propose_sending, "policy_sending", may="policies.edit", methods="POST"
    ),
]

ROUTES: list[BaseRoute] = [*KEYS, *PRODUCTS, *POLICIES]
