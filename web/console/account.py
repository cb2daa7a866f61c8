"""A person's own account: where they are signed in, the second factor, the password."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kernel.database import transaction
from kernel.errors import Refused
from staff import audit
from staff.access import invitations, passwords, proofs, recovery, second_factor, sessions
from staff.models import Staff
from web import forms, session
from web.console import first_password
from web.language import gettext as _
from web.rendering import go_to, render, see_other

HOW = {"password": "密码", "wecom": "企业微信", "invitation": "一次性链接"}


@dataclass(frozen=True)
class OldPassword:
    """The password in use, beside the new one."""

    old: str = forms.field("当前密码", longest=passwords.LONGEST)


async def show(request: Request) -> Response:
    """GET /account"""
    return await _page(request)


async def change_password(request: Request) -> Response:
    """POST /account/password"""
    person, here = session.signed_in(request), session.own(request)
    reading = await forms.attempt(request, first_password.PasswordForm)
    old = await forms.attempt(request, OldPassword)
    try:
        if old.form is None or reading.form is None:
            raise forms.Invalid({**old.errors, **reading.errors})
        password = first_password.new_password(reading)
        passwords.refuse_weak(person, password)
        await proofs.give_password(person, old.form.old)
    except Refused as error:
        field = "old" if isinstance(error, proofs.WrongProof) else "password"
        errors = error.errors if isinstance(error, forms.Invalid) else {field: error.message}
        return await _page(request, errors, status=error.status)
    response = see_other(request, "account", notice=_("密码已修改，其他设备已退出登录"))
    await _keep_password(person, password)
    # a new token, too: whoever held the old one is out. Not a fresh proof: a password must not stand in for a code
    await session.begin(request, response, person, how=here.how, has_second_factor=here.has_second_factor, before=here)
    return response


async def end_session(request: Request) -> Response:
    """POST /account/sessions/{id}/end"""
    person, number = session.signed_in(request), request.path_params["id"]
    is_own = number == session.own(request).id
    await sessions.end_one(person, number)
    return go_to(request, "/login") if is_own else see_other(request, "account", notice=_("已退出该设备上的登录"))


async def end_others(request: Request) -> Response:
    """POST /account/sessions/end-others"""
    ended = await sessions.end_others(session.own(request), session.signed_in(request))
    return see_other(request, "account", notice=_("已退出其他 %(n)s 处登录") % {"n": ended})


async def renew_codes(request: Request) -> Response:
    """POST /account/recovery-codes"""
    person = session.signed_in(request)
    if not second_factor.is_set_up(person):
        raise Refused("请先绑定动态码", code="recovery.no_second_factor")
    return render(
        request, "console/recovery_codes.html", codes=await recovery.renew(person), going_to="/account", plain=False
    )


async def _page(request: Request, errors: dict[str, str] | None = None, *, status: int = 200) -> Response:
    person, here = session.signed_in(request), session.own(request)
    return render(
        request,
        "console/account.html",
        status=status,
        sessions=await sessions.of(person),
        here=here,
        how=HOW,
        has_factor=second_factor.is_set_up(person),
        factor_since=person.totp_since,
        must_have_factor=second_factor.is_required(),
        codes_left=await recovery.remaining(person),
        how_many_codes=recovery.HOW_MANY,
        has_password=bool(person.password_hash),
        errors=errors or {},
    )


async def _keep_password(person: Staff, password: str) -> None:
    stored = await passwords.hashed(password)
    async with transaction():
        await passwords.keep(person, stored)
        await sessions.end_all(person)
        await invitations.close_all(person)
        await audit.record(person, "password.changed", "staff", person.id)
