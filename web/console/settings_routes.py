"""The doors of the settings: people, organisation, permissions, products, keys, policies."""

from __future__ import annotations

from starlette.routing import BaseRoute

ROUTES: list[BaseRoute] = []
