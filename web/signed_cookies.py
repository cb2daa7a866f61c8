"""Small signed notes that a browser carries from one page to the next, for minutes; they hold no personal data."""

from __future__ import annotations

from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from starlette.requests import Request
from starlette.responses import Response

from kernel import clock, settings
from web import cookies


def put(response: Response, name: str, note: dict[str, Any], minutes: int) -> None:
    """Give the browser a note that is good for so long."""
    # our clock and not the serializer's own: what is decided by time can be tried at any time
    until = clock.now().timestamp() + minutes * 60
    value = str(_signer(name).dumps({**note, "until": until}))
    cookies.put(response, _base(name), value, minutes * 60)


def read(request: Request, name: str) -> dict[str, Any] | None:
    """The note, if it is ours and not too old."""
    try:
        note: dict[str, Any] = _signer(name).loads(cookies.read(request, _base(name)))
    except BadData:
        return None
    return note if note["until"] > clock.now().timestamp() else None


def drop(response: Response, name: str) -> None:
    """It has served."""
    cookies.drop(response, _base(name))


def _base(name: str) -> str:
    return f"huiliu_{name}"


def _signer(name: str) -> URLSafeSerializer:
    return URLSafeSerializer(settings.get().secret_key, salt=f"huiliu.cookie.{name}")
