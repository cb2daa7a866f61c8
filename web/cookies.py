"""The cookies we set: bound to this host and to TLS by their name, closed to scripts, not sent along by other sites."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from kernel import settings


def is_https() -> bool:
    """Whether people reach us over TLS; plain http exists only on loopback."""
    return settings.get().public_url.startswith("https://")


def name(base: str) -> str:
    """The full name: `__Host-` makes browsers refuse one that a sister host or plain http tries to set."""
    return f"__Host-{base}" if is_https() else base


def read(request: HTTPConnection, base: str) -> str:
    """What the browser sent back, or nothing."""
    return request.cookies.get(name(base), "")


def put(response: Response, base: str, value: str, seconds: int) -> None:
    """Set one. Lax, not Strict: a link in a WeCom message must find the person signed in."""
    response.set_cookie(name(base), value, max_age=seconds, httponly=True, samesite="lax", secure=is_https())


def drop(response: Response, base: str) -> None:
    """Take one back."""
    response.delete_cookie(name(base), httponly=True, samesite="lax", secure=is_https())
