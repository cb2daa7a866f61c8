"""Who is signed in: the session (kept by staff.access.sessions) of the cookie that this browser sends."""

from __future__ import annotations

import hmac

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel.errors import Forbidden
from staff.access import sessions
from staff.models import Session, Staff
from web import addresses, browsers, cookies, language

COOKIE = "huiliu"
_OUTSIDE = ("/static/", "/webhooks/", "/api/")


class Sessions:
    """ASGI middleware: finds the session of the cookie; `request.user` is the Staff or None."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set `user` and the state's `session` for the pages behind."""
        if scope["type"] == "http":
            connection = HTTPConnection(scope)
            found = None
            if not scope["path"].startswith(_OUTSIDE):
                found = await sessions.find(cookies.read(connection, COOKIE))
            scope["user"] = found.staff if found else None
            scope.setdefault("state", {})["session"] = found
            language.use(language.of(connection))
        await self.app(scope, receive, send)


async def begin(
    request: Request,
    response: Response,
    staff: Staff,
    *,
    how: str = "password",
    has_second_factor: bool = False,
    before: Session | None = None,
) -> Session:
    """Sign in on `response`: an earlier session of this browser ends, so a token from before is worth nothing.

    before: the session that only goes on under a new token.
    """
    await end(request, response)
    made, token = await sessions.begin(
        staff,
        how,
        address=addresses.of(request),
        browser=browsers.words(request.headers.get("user-agent", "")),
        has_second_factor=has_second_factor,
        before=before,
    )
    cookies.put(response, COOKIE, token, int(sessions.AGE_LIMIT.total_seconds()))
    if not cookies.read(request, language.COOKIE) and staff.language in language.KNOWN:
        language.keep(response, staff.language)
    return made


async def end(request: Request, response: Response) -> None:
    """Sign this browser out."""
    await sessions.end(cookies.read(request, COOKIE))
    cookies.drop(response, COOKIE)


def person(request: HTTPConnection) -> Staff | None:
    """The signed-in person, or None."""
    found: Staff | None = request.scope.get("user")
    return found


def signed_in(request: HTTPConnection) -> Staff:
    """The signed-in person, on pages that nobody else can open."""
    found = person(request)
    if found is None:
        raise Forbidden("请先登录")
    return found


def own(request: HTTPConnection) -> Session:
    """The session itself, on pages for the signed-in."""
    found: Session | None = request.scope.get("state", {}).get("session")
    if found is None:
        raise Forbidden("请先登录")
    return found


def csrf_token(request: HTTPConnection) -> str:
    """The token that forms of this session carry; empty when nobody is signed in."""
    found: Session | None = request.scope.get("state", {}).get("session")
    return found.csrf if found else ""


def is_own_form(request: HTTPConnection, given: str) -> bool:
    """Whether a form carries this session's token."""
    expected = csrf_token(request)
    return bool(expected) and hmac.compare_digest(expected.encode(), given.encode())


def cookie_name() -> str:
    """`__Host-` binds the cookie to this host and to TLS; plain http exists only on loopback."""
    return cookies.name(COOKIE)
