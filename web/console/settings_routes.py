"""The doors of the settings: people, organisation, permissions, products, keys, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import keys
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

ROUTES: list[BaseRoute] = [*KEYS]
