"""The doors of a person's own account: signing in, second factor, sessions, stepping up."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import step_up
from web.doors import staff_page

ROUTES: list[BaseRoute] = [
    staff_page("/step-up", step_up.show, "step_up"),
    staff_page("/step-up", step_up.prove, "step_up_proof", methods="POST"),
]
