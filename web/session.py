"""Who is signed in: sessions kept on the server, a cookie with a random token, limits on idling and on age."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import timedelta

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from kernel import clock
from kernel.errors import Forbidden
from staff.models import Session, Staff
from web import language, notices

IDLE_LIMIT = timedelta(minutes=30)
AGE_LIMIT = timedelta(hours=12)
# seen at most once a minute: a page with many parts must not write a row for each
SEEN_EVERY = timedelta(minutes=1)
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
                found = await find(connection.cookies.get(cookie_name(), ""))
            scope["user"] = found.staff if found else None
            scope.setdefault("state", {})["session"] = found
            language.use(language.of(connection))
        await self.app(scope, receive, send)


async def begin(request: Request, response: Response, staff: Staff) -> Session:
    """Sign in on `response`: an earlier session of this browser ends, so a token from before is worth nothing."""
    await end(request, response)
    token = secrets.token_urlsafe(32)
    now = clock.now()
    made = await Session.create(
        token_hash=_hash(token),
        staff=staff,
        csrf=secrets.token_urlsafe(32),
        last_seen_at=now,
        ends_at=now + AGE_LIMIT,
        address=request.client.host if request.client else "",
    )
    response.set_cookie(
        cookie_name(),
        token,
        max_age=int(AGE_LIMIT.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=notices.is_https(),
    )
    return made


async def end(request: Request, response: Response) -> None:
    """Sign this browser out."""
    if token := request.cookies.get(cookie_name(), ""):
        await Session.filter(token_hash=_hash(token)).delete()
    response.delete_cookie(cookie_name(), httponly=True, samesite="lax", secure=notices.is_https())


async def end_all(staff: Staff) -> int:
    """Sign a person out everywhere; returns how many sessions ended."""
    return await Session.filter(staff=staff).delete()


async def find(token: str) -> Session | None:
    """The living session of a token, marked as seen; None when unknown, over, idle too long, or the person left."""
    if not token:
        return None
    found = await Session.get_or_none(token_hash=_hash(token)).select_related("staff", "staff__branch")
    now = clock.now()
    if found is None or not found.staff.is_active:
        return None
    if found.ends_at <= now or found.last_seen_at <= now - IDLE_LIMIT:
        await Session.filter(id=found.id).delete()
        return None
    if found.last_seen_at <= now - SEEN_EVERY:
        await Session.filter(id=found.id).update(last_seen_at=now)
    return found


async def forget_old() -> int:
    """Delete the sessions that are over; for the clock. Returns how many."""
    now = clock.now()
    idle = await Session.filter(last_seen_at__lte=now - IDLE_LIMIT).delete()
    return idle + await Session.filter(ends_at__lte=now).delete()


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
    return "__Host-huiliu" if notices.is_https() else "huiliu"


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
