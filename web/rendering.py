"""Templates to answers: one Jinja2 environment, strict about unknown names, with the house's macros as `ui`."""

from __future__ import annotations

import functools
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jinja2
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from kernel import clock, settings
from staff import permissions
from web import assets, formats, language, navigation, notices, session

FOLDER = Path(__file__).parent.parent / "templates"
_FILTERS = (
    formats.money,
    formats.number,
    formats.percent,
    formats.points,
    formats.interval,
    formats.day,
    formats.weekday_name,
    formats.moment,
    formats.ago,
    formats.wall_time,
    formats.input_moment,
    formats.surname,
    formats.masked_name,
    formats.masked_phone,
    formats.spark_points,
)


def render(request: Request, template: str, /, *, status: int = 200, block: str = "", **context: Any) -> HTMLResponse:
    """A page from a template; `block` renders only that block of it, for a part exchanged by htmx."""
    found = environment().get_template(template)
    notice = notices.read(request) if not block else None
    everything = _standing_context(request) | {"notice": notice} | context
    text = "".join(found.blocks[block](found.new_context(everything))) if block else found.render(everything)
    response = HTMLResponse(text, status_code=status, headers={"Vary": "HX-Request"})
    if notice:
        notices.forget(response)
    return response


def see_other(
    request: Request, name: str, /, *, notice: str = "", undo: str = "", tone: str = "good", **params: Any
) -> Response:
    """After a change: go to the named page, with a sentence of what happened and, if it can be taken back, where to."""
    target = str(request.app.url_path_for(name, **params))
    return go_to(request, target, notice=notice, undo=undo, tone=tone)


def go_to(request: Request, path: str, /, *, notice: str = "", undo: str = "", tone: str = "good") -> Response:
    """The same for a path with a query; htmx is told to load the page whole."""
    response: Response
    if is_fragment(request):
        response = Response(status_code=204, headers={"HX-Redirect": path})
    else:
        response = RedirectResponse(path, status_code=303)
    if notice:
        notices.leave(response, notice, undo=undo, tone=tone)
    return response


def is_fragment(request: Request) -> bool:
    """Whether htmx asks for a part of a page."""
    return request.headers.get("hx-request") == "true"


@functools.lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The environment of this process."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"],
    )
    made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.filters.update({function.__name__: function for function in _FILTERS})
    # for labels out of tables: unlike _() it neither formats them nor holds them for safe HTML
    made.filters["translated"] = language.gettext
    made.globals.update(static=assets.url, ui=SimpleNamespace())
    _gather_macros(made)
    return made


def _gather_macros(made: jinja2.Environment) -> None:
    # one name for all macros: a block rendered alone sees globals, but no {% import %} of its page
    for path in sorted((FOLDER / "parts").glob("*.html")):
        module = made.get_template(f"parts/{path.name}").module
        for name, value in vars(module).items():
            if not name.startswith("_"):
                setattr(made.globals["ui"], name, value)


def _standing_context(request: Request) -> dict[str, Any]:
    person = session.person(request)
    config = settings.get()

    def url(name: str, /, **params: Any) -> str:
        return str(request.app.url_path_for(name, **params))

    def has_page(name: str) -> bool:
        # by name: the address of a page about one thing can't be made without its number
        return any(getattr(route, "name", None) == name for route in request.app.routes)

    return {
        "request": request,
        "person": person,
        "role_name": permissions.ROLE_NAMES.get(person.role, person.role) if person else "",
        "csrf_token": session.csrf_token(request),
        "may": lambda permission: person is not None and permissions.may(person, permission),
        "badges": getattr(request.state, "badges", {}),
        "banners": getattr(request.state, "banners", []),
        "navigation": navigation.groups(person, has_page) if person else [],
        "url": url,
        "has_page": has_page,
        "bank_name": config.bank_name,
        "demo": config.demo,
        "lang": language.current(),
        "languages": language.KNOWN,
        "now": clock.now(),
        "today": clock.today(),
        "request_id": getattr(request.state, "request_id", ""),
        "is_fragment": is_fragment(request),
    }
