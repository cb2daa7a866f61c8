"""How often one may ask: per address, account, link and route; generous for work, tight where guessing pays."""

from __future__ import annotations

import math

from starlette.requests import Request
from starlette.routing import Match
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel import logs, settings, signing
from web import addresses, buckets, errors
from web.buckets import Bucket
from web.rate_table import CHANGE, LINKS, PAGE, SPARED, STRANGER, STRICT, Limit

_log = logs.get(__name__)
_TOLD = "操作太频繁，请 %d 秒后再试"


class Rates:
    """ASGI middleware inside the sessions: one look at all buckets of a request, 429 when one is empty."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on while its buckets have something left."""
        factor = settings.get().rate_factor
        if scope["type"] != "http" or scope["path"].startswith(SPARED) or factor <= 0:
            await self.app(scope, receive, send)
            return
        wait = await buckets.take(wanted(scope, factor))
        if wait <= 0:
            await self.app(scope, receive, send)
            return
        request = Request(scope, receive)
        seconds = max(1, math.ceil(wait))
        _log.warning("rate.refused", door=_name(scope), seconds=seconds)
        response = errors.tell(request, 429, "请稍后再试", _TOLD % seconds, "rate.limited")
        response.headers["Retry-After"] = str(seconds)
        await response(scope, receive, send)


def wanted(scope: Scope, factor: int = 1) -> list[Bucket]:
    """The buckets that one request takes from."""
    request = Request(scope)
    name = _name(scope)
    address = addresses.group(addresses.of(request))
    person = scope.get("user")
    limits: list[tuple[str, str, Limit]] = []
    limits.append(("address", address, PAGE.of_address if person else STRANGER))
    kind = STRICT.get(name)
    if kind is not None:
        limits.append((f"{kind.name}.address", address, kind.of_address))
    if person is not None:
        standing = kind or (PAGE if request.method in ("GET", "HEAD") else CHANGE)
        limits.append((f"{standing.name}.account", str(person.id), standing.of_account))
    if request.method == "POST" and scope["path"].startswith("/p/"):
        # many phones share one carrier's address: a link is the better name for who taps
        limits.append(("link", scope["path"], LINKS))
    return [Bucket(_key(what, who), limit.burst * factor, limit.per_minute * factor) for what, who, limit in limits]


def _name(scope: Scope) -> str:
    app = scope.get("app")
    for route in app.routes if app is not None else ():
        match, _ = route.matches(scope)
        if match is Match.FULL:
            return str(getattr(route, "name", ""))
    return ""


def _key(what: str, who: str) -> str:
    # addresses and links are personal: what lies in Redis tells nothing without our key
    return f"rate:{what}:{signing.keyed_hash('rate', f'{what}|{who}')[:24]}"
