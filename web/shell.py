"""What the web process takes from here: the middleware around all pages, in order, and the exception handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.middleware import Middleware

from web import errors, headers, session


def middleware() -> list[Middleware]:
    """Outermost first: headers dress even an error page; sessions are found inside the net for bugs."""
    return [Middleware(headers.Headers), Middleware(errors.Errors), Middleware(session.Sessions)]


def exception_handlers() -> Mapping[Any, Any]:
    """Handlers for Starlette(exception_handlers=...)."""
    return errors.handlers()
