"""One member of staff: what they may do and see, and what an administrator does about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from community.clients import ownership
from kernel import database
from kernel.errors import NotFound, Refused
from loyalty.tiers import directory as clients
from staff import delegations, directory, people, permissions, sign_in_resets
from staff.access import second_factor, sessions
from staff.models import Staff
from web import forms, session
from web.console import people as people_page
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class RoleForm:
    """Another role, reach and unit (none: head office)."""

    role: str = forms.field("角色", longest=20)
    reach: str = forms.field("查看范围", longest=12)
    unit: int | None = forms.field("所属机构", default=None, least=1)
    committee: bool = forms.field("评审委员会", default=False)


@dataclass(frozen=True)
class SuccessorForm:
    """Who takes the clients over; none while there are none."""

    successor: int | None = forms.field("接手人", default=None, least=1)


@dataclass(frozen=True)
class LeaveForm:
    """A leave: who stands in, from when until when."""

    deputy: int = forms.field("代理人", least=1)
    from_on: date = forms.field("开始日期")
    until_on: date = forms.field("结束日期")
    reason: str = forms.field("原因", longest=200, default="")


async def show(request: Request) -> Response:
    """GET /settings/people/{id}"""
    return await _page(request, await _find(request))


async def change_role(request: Request) -> Response:
    """POST /settings/people/{id}/role: asks for another person's yes; until then nothing changes."""
    person = await _find(request)
    reading = await forms.attempt(request, RoleForm)
    form = reading.form
    if form is None:
        return await _page(request, person, "；".join(reading.errors.values()), status=422)
    try:
        await people.change_role(
            person.id, form.role, form.reach, form.unit, form.committee, session.signed_in(request)
        )
    except Refused as error:
        if error.status == 404:
            raise
        return await _page(request, person, error.message, status=error.status)
    return see_other(request, "person", id=person.id, notice=_("已提交，等待另一位同事批准；批准前不变"))


async def let_go(request: Request) -> Response:
    """POST /settings/people/{id}/departure: ends everything at once and hands the clients over."""
    person, by = await _find(request), session.signed_in(request)
    form = await forms.read(request, SuccessorForm)
    held = (await ownership.counts_of([person.id])).get(person.id, 0)
    if held and form.successor is None:
        return await _page(request, person, _("请选择接手客户的同事"), status=422)
    moved: list[int] = []
    async with database.transaction():
        await people.let_go(person.id, by)
        if form.successor is not None and held:
            moved = await ownership.hand_over(person, await _successor(request, form.successor), by=by)
    notice = _("已办理离职，%(n)s 位客户已移交") % {"n": len(moved)} if moved else _("已办理离职")
    return see_other(request, "person", id=person.id, notice=notice, tone="warn")


async def hand_over(request: Request) -> Response:
    """POST /settings/people/{id}/handover: the clients of somebody who left go to a colleague."""
    person = await _find(request)
    form = await forms.read(request, SuccessorForm)
    if person.left_at is None or form.successor is None:
        raise Refused(_("请选择接手客户的同事"), code="ownership.successor")
    successor = await _successor(request, form.successor)
    moved = await ownership.hand_over(person, successor, by=session.signed_in(request))
    return see_other(request, "person", id=person.id, notice=_("%(n)s 位客户已移交") % {"n": len(moved)})


async def make_link(request: Request) -> Response:
    """POST /settings/people/{id}/invitation: the one-time address, shown on this answer and never again.

    For who sees or decides much a second person is asked first, and the same press makes the link after the yes.
    """
    person = await _find(request)
    try:
        link = await sign_in_resets.make_link(person, session.signed_in(request))
    except Refused as error:
        return await _page(request, person, error.message, status=error.status)
    if link is None:
        return _asked(request, person)
    return await _page(request, person, link=link)


async def reset_second_factor(request: Request) -> Response:
    """POST /settings/people/{id}/second-factor: at once, or after the yes of a second person."""
    person = await _find(request)
    try:
        is_done = await sign_in_resets.reset_factor(person, session.signed_in(request))
    except Refused as error:
        return await _page(request, person, error.message, status=error.status)
    if not is_done:
        return _asked(request, person)
    return see_other(
        request, "person", id=person.id, notice=_("已重置动态码并退出其全部登录，下次登录时重新绑定"), tone="warn"
    )


async def end_sessions(request: Request) -> Response:
    """POST /settings/people/{id}/sessions"""
    person = await _find(request)
    ended = await people.end_sessions(person.id, session.signed_in(request))
    return see_other(request, "person", id=person.id, notice=_("已退出 %(n)s 处登录") % {"n": ended})


async def delegate(request: Request) -> Response:
    """POST /settings/people/{id}/delegations: an administrator sets it for somebody who is away."""
    person = await _find(request)
    reading = await forms.attempt(request, LeaveForm)
    form = reading.form
    try:
        if form is None:
            raise forms.Invalid(reading.errors)
        deputy = await Staff.get_or_none(id=form.deputy, is_active=True)
        if deputy is None:
            raise Refused(_("代理人请从列表中选择"), code="delegation.deputy")
        by = session.signed_in(request)
        await delegations.delegate(person, deputy, form.from_on, form.until_on, form.reason, by)
    except Refused as error:
        return await _page(request, person, error.message, status=error.status)
    return see_other(request, "person", id=person.id, notice=_("已设定代理"))


async def end_delegation(request: Request) -> Response:
    """POST /settings/people/{id}/delegations/{delegation}/end"""
    person = await _find(request)
    await delegations.end(request.path_params["delegation"], session.signed_in(request))
    return see_other(request, "person", id=person.id, notice=_("代理已结束"))


def _asked(request: Request, person: Staff) -> Response:
    return see_other(request, "person", id=person.id, notice=_("已提交，等待另一位同事批准；批准前不变"))


async def _find(request: Request) -> Staff:
    return await people.visible(request.path_params["id"], session.signed_in(request))


async def _successor(request: Request, number: int) -> Staff:
    try:
        return await people.visible(number, session.signed_in(request))
    except NotFound:
        raise Refused(_("请选择一位在职的接手人"), code="ownership.successor") from None


async def _page(request: Request, person: Staff, problem: str = "", *, link: str = "", status: int = 200) -> Response:
    reader = session.signed_in(request)
    manages = permissions.may(reader, people.MANAGE)
    held = (await ownership.counts_of([person.id])).get(person.id, 0)
    allowed = [
        (subject, [name for code, name in names.items() if permissions.may(person, code)])
        for subject, names in permissions.SUBJECTS
    ]
    return render(
        request,
        "console/people/show.html",
        status=status,
        who=person,
        manages=manages and person.id != reader.id,
        waiting=await people.waiting_change(person.id),
        reset=await sign_in_resets.open_question(person.id) if manages else None,
        may_link=manages and await sign_in_resets.waiting_link(person, reader) is not None,
        allowed=[(subject, names) for subject, names in allowed if names],
        sees_clients=permissions.may(person, "clients.see"),
        seen_clients=await clients.count(person, clients.Filters()),
        held=held,
        sessions=await sessions.of(person),
        given=await delegations.given_by(person),
        taken=await delegations.taken_by(person),
        deputies=await directory.colleagues(person) if manages else [],
        successors=await clients.owners(reader) if manages else [],
        units=await people_page.unit_options(request),
        has_factor=second_factor.is_set_up(person),
        problem=problem,
        link=link,
        **people_page.standing_words(),
    )
