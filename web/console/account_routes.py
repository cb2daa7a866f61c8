"""The doors of a person's own account: signing in, second factor, sessions, stepping up."""

from __future__ import annotations

from starlette.routing import BaseRoute

ROUTES: list[BaseRoute] = []
