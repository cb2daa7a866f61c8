"""What the web process takes from here: the middleware around all pages, in order, and the exception handlers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.middleware import Middleware

from web import errors, headers, limits, rates, session


def middleware() -> list[Middleware]:
    """Outermost first: headers dress even an error page; sessions are found inside the net for bugs."""
    inner = [Middleware(limits.BodyLimit), Middleware(session.Sessions), Middleware(rates.Rates)]
    return [Middleware(headers.Headers), Middleware(errors.Errors), *inner]


def exception_handlers() -> Mapping[Any, Any]:
    """Handlers for Starlette(exception_handlers=...)."""
    return errors.handlers()
