"""How a page is opened: each route says who may come in, and every change proves that it came from our own form."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kernel import settings
from kernel.errors import Forbidden, NotFound, Refused
from staff import permissions
from web import badges, banners, denials, session, stepping_up

Endpoint = Callable[[Request], Awaitable[Response]]
SAFE = frozenset({"GET", "HEAD"})
LARGEST_ID = 2**63 - 1


class StrangerForm(Refused):
    """A change that did not come from a page of ours, or from one that is too old."""

    def __init__(self) -> None:
        super().__init__("页面已过期，请刷新后重试", code="form.stranger", status=403)


def staff_page(
    path: str, endpoint: Endpoint, name: str, *, may: str = "", methods: str = "GET", step_up: bool = False
) -> Route:
    """A page for signed-in staff with the permission `may` (empty: everyone signed in); `methods` as in "GET POST".

    step_up: asks for a fresh proof of who sits there (see web.stepping_up) when the last one is older than ten minutes.
    """
    if may and may not in permissions.EVERY:
        raise ValueError(f"unknown permission {may}")

    async def guarded(request: Request) -> Response:
        person = session.person(request)
        if person is None:
            return _to_sign_in(request)
        if may and not permissions.may(person, may):
            raise Forbidden
        if request.method not in SAFE:
            refuse_strangers(request)
            await _require_token(request)
        elif request.headers.get("hx-request") != "true":
            request.state.badges = await badges.of(person)
            request.state.banners = await banners.of_stops()
        _refuse_impossible_ids(request)
        if step_up and (question := await stepping_up.ask(request)) is not None:
            return question
        response = await endpoint(request)
        # a page that says itself why not was a refusal, too
        return denials.watch(request, response, response.status_code, "told_on_page")

    guarded.step_up = step_up  # type: ignore[attr-defined]
    guarded.may = may  # type: ignore[attr-defined]  # read by the test of the authorisation matrix
    guarded.page = endpoint  # type: ignore[attr-defined]
    return Route(path, guarded, name=name, methods=methods.split())


def open_page(path: str, endpoint: Endpoint, name: str, *, methods: str = "GET") -> Route:
    """A page without sign-in (client pages behind a personal link, the sign-in page itself)."""

    async def guarded(request: Request) -> Response:
        if request.method not in SAFE:
            refuse_strangers(request)
        return await endpoint(request)

    return Route(path, guarded, name=name, methods=methods.split())


def refuse_strangers(request: Request) -> None:
    """Refuse a change that another site started: by Sec-Fetch-Site, and by Origin where that is missing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site not in ("same-origin", "none"):
            raise StrangerForm
        return
    origin = request.headers.get("origin")
    if origin is None:
        return
    own = {settings.get().public_url, f"{request.url.scheme}://{request.url.netloc}"}
    if origin not in own:
        raise StrangerForm


def _refuse_impossible_ids(request: Request) -> None:
    # the router takes any number of digits, the database no more than a bigint
    if any(isinstance(value, int) and value > LARGEST_ID for value in request.path_params.values()):
        raise NotFound


async def _require_token(request: Request) -> None:
    given = request.headers.get("x-csrf-token", "")
    if not given:
        form = await request.form()
        given = str(form.get("csrf_token", ""))
    if not session.is_own_form(request, given):
        raise StrangerForm


def _to_sign_in(request: Request) -> Response:
    wanted = request.url.path if request.method in SAFE else ""
    if request.url.query and wanted:
        wanted += f"?{request.url.query}"
    target = "/login" + (f"?next={quote(wanted, safe='')}" if wanted not in ("", "/") else "")
    if request.headers.get("hx-request") == "true":
        # a sign-in form swapped into a table cell helps nobody
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def own_path(given: str) -> str:
    """A path to go on to after sign-in: only one of our own, never another host."""
    try:
        parts = urlsplit(given)
    except ValueError:
        return "/"
    is_own = given.startswith("/") and not given.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return given if is_own and "\\" not in given and given.isprintable() else "/"
