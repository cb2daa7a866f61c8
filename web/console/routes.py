"""The doors of the console: one explicit list of who may open what."""

from __future__ import annotations

from starlette.routing import BaseRoute

from web.console import overview, sign_in
from web.doors import open_page, staff_page

ROUTES: list[BaseRoute] = [
    open_page("/login", sign_in.show, "login"),
    open_page("/login", sign_in.sign_in, "sign_in", methods="POST"),
    staff_page("/logout", sign_in.sign_out, "sign_out", methods="POST"),
    staff_page("/", overview.show, "overview", may="overview.see"),
    open_page("/language", sign_in.choose_language, "language", methods="POST"),
]
