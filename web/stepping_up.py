"""Asking for a fresh proof before what weighs heavily: exports, keys, decisions, changes of roles and sign-ins.

A page asks first and is opened afterwards. A form sent without a fresh proof comes back with a field for it and
all that was typed inside, so that nothing is lost and nothing personal stands in an address.
"""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from staff.access import proofs, second_factor, sessions
from staff.models import Staff
from web import session
from web.rendering import is_fragment, render

FIELD = "step_up_proof"
PATH = "/step-up"


async def ask(request: Request) -> Response | None:
    """The answer that asks for a proof; None when a fresh one was given, just now in this form or a while ago."""
    if sessions.is_fresh(session.own(request)):
        return None
    if is_fragment(request):
        # a question swapped into a table cell helps nobody; after the proof the person presses again
        here = urlsplit(request.headers.get("hx-current-url", ""))
        path = here.path + (f"?{here.query}" if here.query else "")
        return Response(status_code=401, headers={"HX-Redirect": _address(path or "/")})
    if request.method in ("GET", "HEAD"):
        return RedirectResponse(_address(_own_address(request)), status_code=303)
    return await _ask_in_form(request)


async def prove(request: Request, proof: str) -> None:
    """Take a proof from the signed-in person and note it on the session. WrongProof when it is none."""
    person = session.signed_in(request)
    kind = await proofs.give(person, proof)
    await sessions.step_up(session.own(request), person, kind)


def question(
    request: Request, action: str, hidden: list[tuple[str, str]], *, error: str = "", lost_files: bool = False
) -> Response:
    """The page with the field for the proof; `hidden` goes along to `action`."""
    person = session.signed_in(request)
    return render(
        request,
        "console/step_up.html",
        status=401 if error or request.method == "POST" else 200,
        action=action,
        hidden=hidden,
        error=error,
        lost_files=lost_files,
        asks_code=second_factor.is_set_up(person),
        can_prove=_can_prove(person),
    )


async def _ask_in_form(request: Request) -> Response | None:
    form = await request.form()
    typed = [(name, value) for name, value in form.multi_items() if name != FIELD]
    if any(isinstance(value, UploadFile) and value.filename for _name, value in typed):
        # a file can't be sent back to be sent again: prove first, then choose it anew
        return question(request, PATH, [("next", "/"), ("csrf_token", session.csrf_token(request))], lost_files=True)
    error = ""
    if proof := str(form.get(FIELD, "")):
        try:
            await prove(request, proof)
        except proofs.WrongProof as wrong:
            error = wrong.message
        else:
            return None
    hidden = [(name, value) for name, value in typed if isinstance(value, str)]
    return question(request, _own_address(request), hidden, error=error)


def _can_prove(person: Staff) -> bool:
    return second_factor.is_set_up(person) or bool(person.password_hash)


def _own_address(request: Request) -> str:
    return request.url.path + (f"?{request.url.query}" if request.url.query else "")


def _address(going_to: str) -> str:
    return PATH + (f"?next={quote(going_to, safe='')}" if going_to != "/" else "")
