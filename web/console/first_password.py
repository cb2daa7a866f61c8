"""The page behind a one-time link: a person sets the password. Opening it changes nothing, sending it uses it up."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kernel.errors import Refused
from staff.access import invitations, passwords
from web import entering, forms
from web.rendering import render


@dataclass(frozen=True)
class PasswordForm:
    """The new password, typed twice."""

    password: str = forms.field("新密码", longest=passwords.LONGEST)
    repeated: str = forms.field("再输一次", longest=passwords.LONGEST)


async def show(request: Request) -> Response:
    """GET /start/{token}"""
    try:
        person = await invitations.whose(request.path_params["token"])
    except invitations.Closed as error:
        return render(request, "console/link_closed.html", status=error.status, error=error.message)
    return render(request, "console/first_password.html", who=person, errors={}, longest=passwords.LONGEST)


async def accept(request: Request) -> Response:
    """POST /start/{token}"""
    token = request.path_params["token"]
    reading = await forms.attempt(request, PasswordForm)
    try:
        shown = await invitations.whose(token)
        password = new_password(reading)
        person = await invitations.accept(token, password)
    except invitations.Closed as error:
        return render(request, "console/link_closed.html", status=error.status, error=error.message)
    except Refused as error:
        errors = error.errors if isinstance(error, forms.Invalid) else {"password": error.message}
        return render(
            request,
            "console/first_password.html",
            status=error.status,
            who=shown,
            errors=errors,
            longest=passwords.LONGEST,
        )
    return await entering.go_on(request, person, "invitation", "/")


def new_password(reading: forms.Reading[PasswordForm]) -> str:
    """The password, when both fields agree. Invalid otherwise."""
    if reading.form is None:
        raise forms.Invalid(reading.errors)
    if reading.form.password != reading.form.repeated:
        raise forms.Invalid({"repeated": "两次输入的密码不一致"})
    return reading.form.password
