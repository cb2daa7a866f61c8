"""The members of staff: who they are, what they may do, how they are protected; and hiring a new one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import Refused
from staff import directory, organisation, people, permissions, scope
from staff.models import REACHES, ROLES
from web import forms, paging, session
from web.language import gettext as _
from web.rendering import render, see_other

STATES = {"active": "在职", "waiting": "待批准", "away": "休假中", "left": "已离职"}


@dataclass(frozen=True)
class FilterForm:
    """The filters in the address."""

    q: str = forms.field("姓名或用户名", longest=64, default="")
    role: str = forms.field("角色", longest=20, default="")
    unit: int | None = forms.field("机构", default=None)
    state: str = forms.field("状态", longest=12, default="")


@dataclass(frozen=True)
class HireForm:
    """A new person; `unit` none: head office."""

    name: str = forms.field("姓名", longest=64)
    login: str = forms.field("用户名", longest=64)
    role: str = forms.field("角色", longest=20)
    reach: str = forms.field("查看范围", longest=12)
    unit: int | None = forms.field("所属机构", default=None, least=1)
    wecom_userid: str = forms.field("企业微信账号", longest=64, default="")


async def index(request: Request) -> Response:
    """GET /settings/people"""
    return await _page(request)


async def hire(request: Request) -> Response:
    """POST /settings/people: the person waits for a second person's yes."""
    reading = await forms.attempt(request, HireForm)
    form = reading.form
    if form is None:
        return await _page(request, reading.values, reading.errors, status=422)
    try:
        made = await people.admit(
            form.login,
            form.name,
            form.role,
            form.reach,
            form.unit,
            wecom_userid=form.wecom_userid,
            by=session.signed_in(request),
        )
    except Refused as error:
        return await _page(request, reading.values, problem=error.message, status=error.status)
    return see_other(request, "person", id=made.id, notice=_("已登记，等待另一位同事批准角色；批准后再发登录链接"))


async def unit_options(request: Request) -> list[tuple[int, str]]:
    """The open units within reach, indented as in the tree."""
    places = await organisation.tree(await scope.units_of(session.signed_in(request)))
    return [(place.unit.id, "　" * place.depth + place.unit.name) for place in places]


def standing_words() -> dict[str, Any]:
    """Roles and reaches with their names, for choices and lists."""
    return {
        "roles": [(code, _(permissions.ROLE_NAMES[code])) for code in ROLES],
        "reaches": [(code, _(permissions.REACH_NAMES[code])) for code in REACHES],
        "role_names": permissions.ROLE_NAMES,
        "reach_names": permissions.REACH_NAMES,
        "reach_words": permissions.REACH_WORDS,
    }


async def _page(
    request: Request,
    values: dict[str, object] | None = None,
    errors: dict[str, str] | None = None,
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    reader = session.signed_in(request)
    given = forms.query(request, FilterForm)
    filters = directory.Filters(given.q, given.role, given.unit, given.state)
    page = paging.read(request, await directory.count(reader, filters))
    return render(
        request,
        "console/people/list.html",
        status=status,
        given=given,
        page_of=page,
        lines=await directory.lines(reader, filters, limit=page.size, offset=page.offset),
        units=await unit_options(request),
        states=[(code, _(label)) for code, label in STATES.items()],
        values=values or {},
        errors=errors or {},
        problem=problem,
        **standing_words(),
    )
