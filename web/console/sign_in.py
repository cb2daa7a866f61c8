"""Signing in and out: the password, then the code where there is a second factor; and the language of the console."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kernel import database
from kernel.errors import Refused
from staff import audit
from staff import sign_in as signing_in
from staff.access import proofs
from staff.models import Staff
from web import addresses, cookies, doors, entering, forms, language, session, wecom_entry
from web.rendering import render


@dataclass(frozen=True)
class SignInForm:
    """The sign-in form."""

    login: str = forms.field("用户名", longest=64)
    password: str = forms.field("密码", longest=signing_in.LONGEST_PASSWORD)
    next: str = forms.field("去向", longest=2000, default="/")


@dataclass(frozen=True)
class CodeForm:
    """A code of the phone, or a recovery code."""

    code: str = forms.field("动态码", longest=40)


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
    return show_form(request, going_to)


async def sign_in(request: Request) -> Response:
    """POST /login"""
    reading = await forms.attempt(request, SignInForm)
    going_to = doors.own_path(str(reading.values["next"]) or "/")
    try:
        if reading.form is None:
            raise forms.Invalid(reading.errors)
        caller = addresses.group(addresses.of(request))
        person = await signing_in.check(reading.form.login, reading.form.password, caller)
    except Refused as error:
        return show_form(request, going_to, login=str(reading.values["login"])[:64], error=error)
    return await entering.go_on(request, person, "password", going_to)


async def show_code(request: Request) -> Response:
    """GET /login/code"""
    try:
        await entering.waiting(request, entering.CODE)
    except entering.TooLate as error:
        return show_form(request, "/", error=error)
    return render(request, "console/sign_in_code.html", error="")


async def give_code(request: Request) -> Response:
    """POST /login/code"""
    reading = await forms.attempt(request, CodeForm)
    try:
        who = await entering.waiting(request, entering.CODE)
        if reading.form is None:
            raise forms.Invalid(reading.errors)
        await proofs.give_code(who.person, reading.form.code)
        response = RedirectResponse(who.going_to, status_code=303)
        await entering.finish(request, response, who)
    except entering.TooLate as error:
        return show_form(request, "/", error=error)
    except Refused as error:
        return render(request, "console/sign_in_code.html", status=error.status, error=error.message)
    return response


async def sign_out(request: Request) -> Response:
    """POST /logout"""
    response = RedirectResponse("/login", status_code=303)
    # what the browser keeps of this house goes with the session, except on plain http, where browsers refuse the order
    if cookies.is_https():
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
    await audit.record(session.person(request), "sign_in.ended")
    await session.end(request, response)
    return response


async def choose_language(request: Request) -> Response:
    """POST /language"""
    form = await forms.read(request, LanguageForm)
    response = RedirectResponse(doors.own_path(form.back), status_code=303)
    chosen = form.lang if form.lang in language.KNOWN else language.DEFAULT
    language.keep(response, chosen)
    person = session.person(request)
    if person is not None and person.language != chosen:
        # the person's next browser speaks it, too
        async with database.transaction():
            await Staff.filter(id=person.id).update(language=chosen)
            await audit.record(person, "staff.language_chosen", "staff", person.id, language=chosen)
    return response


def show_form(request: Request, going_to: str, *, login: str = "", error: Refused | None = None) -> Response:
    """The sign-in page, with what went wrong before."""
    return render(
        request,
        "console/sign_in.html",
        status=error.status if error else 200,
        going_to=going_to,
        login=login,
        error=error.message if error else "",
        has_wecom=wecom_entry.is_configured(),
    )
