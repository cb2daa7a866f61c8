"""The organisation tree: units with their people and clients; opening, renaming, moving and closing them."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import NotFound, Refused
from staff import organisation, scope
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class UnitForm:
    """A new unit; `parent` none: directly under head office."""

    name: str = forms.field("名称", longest=80)
    code: str = forms.field("机构代码", longest=32)
    kind: str = forms.field("类型", longest=12)
    parent: int | None = forms.field("上级机构", default=None, least=1)


@dataclass(frozen=True)
class NameForm:
    """Another name."""

    name: str = forms.field("名称", longest=80)


@dataclass(frozen=True)
class PlaceForm:
    """Another place; `parent` none: directly under head office."""

    parent: int | None = forms.field("上级机构", default=None, least=1)


async def index(request: Request) -> Response:
    """GET /settings/organisation"""
    return await _page(request)


async def open_unit(request: Request) -> Response:
    """POST /settings/organisation"""
    reading = await forms.attempt(request, UnitForm)
    form = reading.form
    if form is None:
        return await _page(request, reading.values, reading.errors, status=422)
    try:
        made = await organisation.open_unit(form.code, form.name, form.kind, form.parent, session.signed_in(request))
    except Refused as error:
        return await _page(request, reading.values, problem=error.message, status=error.status)
    return see_other(request, "organisation", notice=_("已设立 %(name)s") % {"name": made.name})


async def rename(request: Request) -> Response:
    """POST /settings/organisation/{id}/name"""
    form = await forms.read(request, NameForm)
    unit = await organisation.rename(request.path_params["id"], form.name, session.signed_in(request))
    return see_other(request, "organisation", notice=_("已改名为 %(name)s") % {"name": unit.name})


async def move(request: Request) -> Response:
    """POST /settings/organisation/{id}/parent: with everything under it; whose heads see it changes at once."""
    form = await forms.read(request, PlaceForm)
    try:
        unit = await organisation.move(request.path_params["id"], form.parent, session.signed_in(request))
    except NotFound:
        raise
    except Refused as error:
        return await _page(request, problem=error.message, status=error.status)
    notice = _("%(name)s 及下级机构已移动，负责人的查看范围随之变化") % {"name": unit.name}
    return see_other(request, "organisation", notice=notice, tone="warn")


async def close(request: Request) -> Response:
    """POST /settings/organisation/{id}/closing"""
    try:
        unit = await organisation.close(request.path_params["id"], session.signed_in(request))
    except NotFound:
        raise
    except Refused as error:
        return await _page(request, problem=error.message, status=error.status)
    return see_other(request, "organisation", notice=_("已撤销 %(name)s") % {"name": unit.name}, tone="warn")


async def _page(
    request: Request,
    values: dict[str, object] | None = None,
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    places = await organisation.tree(await scope.units_of(session.signed_in(request)))
    return render(
        request,
        "console/organisation.html",
        status=status,
        places=places,
        kinds={kind: _(name) for kind, name in organisation.KIND_NAMES.items()},
        parents={place.unit.id: _parents(place, places) for place in places},
        everywhere=[(place.unit.id, "　" * place.depth + place.unit.name) for place in places],
        values=values or {},
        errors=errors or {},
        problem=problem,
    )


def _parents(place: organisation.Place, places: list[organisation.Place]) -> list[tuple[int, str]]:
    """Where a unit could hang: larger units that don't lie below it."""
    fitting = [
        other
        for other in places
        if place.unit.kind in organisation.may_hold(other.unit.kind) and not other.unit.path.startswith(place.unit.path)
    ]
    return [(other.unit.id, "　" * other.depth + other.unit.name) for other in fitting]
