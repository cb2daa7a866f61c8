"""What every answer carries: a request id, a strict content policy, and the order not to keep personal pages."""

from __future__ import annotations

import re
import secrets

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import cookies

CONTENT_POLICY = (
    "default-src 'none'; object-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
STANDING = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
TLS_ONLY = "max-age=31536000; includeSubDomains"
"""A year, for the console's own host and what stands below it; the bank's other hosts are not below it."""
_REQUEST_ID = re.compile(r"^[A-Za-z0-9-]{8,64}$")


class Headers:
    """ASGI middleware: names the request and dresses the answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on under an id of its own."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = request_id
                headers.setdefault("Cache-Control", "no-store")
                for name, value in STANDING.items():
                    headers.setdefault(name, value)
                if cookies.is_https():
                    headers.setdefault("Strict-Transport-Security", TLS_ONLY)
            await send(message)

        with structlog.contextvars.bound_contextvars(request=request_id):
            await self.app(scope, receive, send_dressed)


def request_id_of(scope: Scope) -> str:
    """The id a front server gave when it is well formed, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(given := str(value, "latin-1")):
            return given
    return secrets.token_hex(8)
