"""The page that asks for a fresh proof before a page that needs one."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from staff.access import proofs
from web import doors, forms, session, stepping_up


@dataclass(frozen=True)
class ProofForm:
    """A code, or the password where the person has no second factor; `next`: where to go on to."""

    step_up_proof: str = forms.field("验证内容", longest=128, default="")
    next: str = forms.field("去向", longest=2000, default="/")


async def show(request: Request) -> Response:
    """GET /step-up"""
    return stepping_up.question(request, stepping_up.PATH, _hidden(request, request.query_params.get("next", "/")))


async def prove(request: Request) -> Response:
    """POST /step-up"""
    form = await forms.read(request, ProofForm)
    try:
        await stepping_up.prove(request, form.step_up_proof)
    except proofs.WrongProof as wrong:
        hidden = _hidden(request, form.next)
        return stepping_up.question(request, stepping_up.PATH, hidden, error=wrong.message)
    return RedirectResponse(doors.own_path(form.next), status_code=303)


def _hidden(request: Request, going_to: str) -> list[tuple[str, str]]:
    return [("next", doors.own_path(going_to)), ("csrf_token", session.csrf_token(request))]
