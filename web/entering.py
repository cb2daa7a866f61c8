"""The way in after the first proof: a code where there is a second factor, its set-up where everybody must have one.

Between the two stands a short signed note in a cookie. It is no session: it opens nothing but these pages.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kernel import signing
from kernel.errors import Refused
from staff.access import second_factor, spending
from staff.models import Staff
from web import doors, session, signed_cookies

COOKIE = "entry"
CODE_MINUTES = 5
SET_UP_MINUTES = 15
"""Setting up takes longer: the app may have to be found first."""
LONGEST_PATH = 1500
"""A cookie holds 4 kB."""
CODE, SET_UP = "code", "set_up"
_PAGES = {CODE: "sign_in_code", SET_UP: "sign_in_set_up"}


class TooLate(Refused):
    """The note is gone, used, too old, or the person's sign-in changed since."""

    def __init__(self) -> None:
        super().__init__("这次登录已超时，请重新登录", code="sign_in.too_late", status=401)


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who gave the first proof, how (password, wecom, invitation), and where they were going."""

    person: Staff
    how: str
    going_to: str
    number: str


async def go_on(request: Request, person: Staff, how: str, going_to: str) -> Response:
    """After the first proof: in, or to the page that asks for the second one."""
    step = CODE if second_factor.is_set_up(person) else SET_UP if second_factor.is_required() else ""
    if not step:
        response: Response = RedirectResponse(going_to, status_code=303)
        await session.begin(request, response, person, how=how)
        return response
    response = RedirectResponse(str(request.app.url_path_for(_PAGES[step])), status_code=303)
    note = {"step": step, "id": person.id, "how": how, "to": going_to if len(going_to) <= LONGEST_PATH else "/"}
    note |= {"stamp": _stamp(person), "number": secrets.token_urlsafe(16)}
    signed_cookies.put(response, COOKIE, note, CODE_MINUTES if step == CODE else SET_UP_MINUTES)
    return response


async def waiting(request: Request, step: str) -> Waiting:
    """Who waits on this page. TooLate when nobody does."""
    note = signed_cookies.read(request, COOKIE)
    if note is None or note["step"] != step:
        raise TooLate
    person = await Staff.get_or_none(id=note["id"], is_active=True)
    if person is None or note["stamp"] != _stamp(person):
        raise TooLate
    return Waiting(person, note["how"], doors.own_path(note["to"]), note["number"])


async def finish(request: Request, response: Response, who: Waiting) -> None:
    """Both proofs were given: a session begins on `response`, and the note is worth nothing from here on."""
    if not await spending.spend(f"entry|{who.number}"):
        raise TooLate
    signed_cookies.drop(response, COOKIE)
    await session.begin(request, response, who.person, how=who.how, has_second_factor=True)


def _stamp(person: Staff) -> str:
    # a new password or second factor ends what was begun with the old one
    return signing.keyed_hash("entry", f"{person.id}|{person.password_hash}|{person.totp_since}")[:32]
