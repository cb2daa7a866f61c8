"""Setting up, renewing and giving up the second factor of one's own account."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kernel import database
from kernel.errors import Refused
from staff.access import recovery, sessions
from staff.access import second_factor as factor
from web import forms, session
from web.console.sign_in_set_up import SetUpForm
from web.language import gettext as _
from web.rendering import render, see_other


async def show(request: Request) -> Response:
    """GET /account/second-factor"""
    person = session.signed_in(request)
    return _page(request, factor.begin(person))


async def confirm(request: Request) -> Response:
    """POST /account/second-factor"""
    person = session.signed_in(request)
    reading = await forms.attempt(request, SetUpForm)
    try:
        if reading.form is None:
            raise forms.Invalid(reading.errors)
        is_renewal = factor.is_set_up(person)
        async with database.transaction():
            await factor.confirm(person, reading.form.draft, reading.form.code)
            if is_renewal:
                # whoever got in with the old one is out
                await sessions.end_others(session.own(request), person)
    except Refused as error:
        shown = factor.again_or_new(person, str(reading.values["draft"]))
        return _page(request, shown, error.message, status=error.status)
    await sessions.step_up(session.own(request), person, "totp")
    codes = await recovery.renew(person)
    return render(request, "console/recovery_codes.html", codes=codes, going_to="/account", plain=False)


async def remove(request: Request) -> Response:
    """POST /account/second-factor/removal"""
    person = session.signed_in(request)
    await factor.remove(person, by=person)
    return see_other(request, "account", notice=_("动态码已停用，今后只用密码登录"), tone="warn")


def _page(request: Request, draft: factor.Draft, error: str = "", *, status: int = 200) -> Response:
    is_renewal = factor.is_set_up(session.signed_in(request))
    return render(request, "console/second_factor.html", status=status, draft=draft, error=error, is_renewal=is_renewal)
