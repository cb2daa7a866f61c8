"""Where everybody must have a second factor: setting it up between the password and the first page."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import Refused
from staff.access import recovery, second_factor
from web import entering, forms
from web.console import sign_in
from web.rendering import render


@dataclass(frozen=True)
class SetUpForm:
    """The sealed draft that the page carried, and the first code of the app that scanned it."""

    code: str = forms.field("动态码", longest=12)
    draft: str = forms.field("二维码", longest=2000, default="")


async def show(request: Request) -> Response:
    """GET /login/second-factor"""
    try:
        who = await entering.waiting(request, entering.SET_UP)
    except entering.TooLate as error:
        return sign_in.show_form(request, "/", error=error)
    return render(request, "console/sign_in_set_up.html", draft=second_factor.begin(who.person), error="")


async def confirm(request: Request) -> Response:
    """POST /login/second-factor"""
    reading = await forms.attempt(request, SetUpForm)
    try:
        who = await entering.waiting(request, entering.SET_UP)
    except entering.TooLate as error:
        return sign_in.show_form(request, "/", error=error)
    try:
        if reading.form is None:
            raise forms.Invalid(reading.errors)
        await second_factor.confirm(who.person, reading.form.draft, reading.form.code)
    except Refused as error:
        shown = second_factor.again_or_new(who.person, str(reading.values["draft"]))
        return render(request, "console/sign_in_set_up.html", status=error.status, draft=shown, error=error.message)
    codes = await recovery.renew(who.person)
    response = render(request, "console/recovery_codes.html", codes=codes, going_to=who.going_to, plain=True)
    await entering.finish(request, response, who)
    return response
