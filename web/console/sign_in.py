"""Signing in and out, and the language of the console."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kernel.errors import Refused
from staff import audit
from staff import sign_in as signing_in
from web import doors, forms, language, notices, session
from web.rendering import render


@dataclass(frozen=True)
class SignInForm:
    """The sign-in form."""

    login: str = forms.field("用户名", longest=64)
    password: str = forms.field("密码", longest=signing_in.LONGEST_PASSWORD)
    next: str = forms.field("去向", longest=2000, default="/")


@dataclass(frozen=True)
class LanguageForm:
    """The language and where to come back to."""

    lang: str = forms.field("语言", longest=8, default=language.DEFAULT)
    back: str = forms.field("去向", longest=2000, default="/")


async def show(request: Request) -> Response:
    """GET /login"""
    going_to = doors.own_path(request.query_params.get("next", "/"))
    if session.person(request) is not None:
        return RedirectResponse(going_to, status_code=303)
    return render(request, "console/sign_in.html", going_to=going_to, login="", error="")


async def sign_in(request: Request) -> Response:
    """POST /login"""
    reading = await forms.attempt(request, SignInForm)
    going_to = doors.own_path(str(reading.values["next"]) or "/")
    try:
        if reading.form is None:
            raise forms.Invalid(reading.errors)
        person = await signing_in.check(reading.form.login, reading.form.password)
    except Refused as error:
        typed = str(reading.values["login"])[:64]
        return render(
            request, "console/sign_in.html", status=error.status, going_to=going_to, login=typed, error=error.message
        )
    response = RedirectResponse(going_to, status_code=303)
    await session.begin(request, response, person)
    return response


async def sign_out(request: Request) -> Response:
    """POST /logout"""
    response = RedirectResponse("/login", status_code=303)
    await audit.record(session.person(request), "sign_in.ended")
    await session.end(request, response)
    return response


async def choose_language(request: Request) -> Response:
    """POST /language"""
    form = await forms.read(request, LanguageForm)
    response = RedirectResponse(doors.own_path(form.back), status_code=303)
    chosen = form.lang if form.lang in language.KNOWN else language.DEFAULT
    response.set_cookie(
        language.COOKIE, chosen, max_age=31_536_000, httponly=True, samesite="lax", secure=notices.is_https()
    )
    return response
