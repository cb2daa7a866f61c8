"""How long each kind of data is kept: the period in force with its basis, what is due, the last run, and a change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from community.privacy import retention
from kernel import clock
from kernel.errors import Refused
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other


@dataclass(frozen=True)
class RuleForm:
    """A period from a day on."""

    kind: str = forms.field("数据", longest=40)
    days: int = forms.field("期限", least=1, most=retention.LONGEST_DAYS)
    effective_on: date = forms.field("生效日期")
    basis: str = forms.field("依据", longest=200)


async def index(request: Request) -> Response:
    """GET /settings/retention"""
    return await _page(request)


async def propose(request: Request) -> Response:
    """POST /settings/retention"""
    reading = await forms.attempt(request, RuleForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        await retention.propose(form.kind, form.days, form.effective_on, form.basis, session.signed_in(request))
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "retention", notice=_("已提交，另一位同事批准后从生效日起执行"))


async def _page(
    request: Request, *, errors: Any = None, values: Any = None, problem: Refused | None = None
) -> Response:
    lines = [
        (one, await retention.in_force(one.kind), await retention.due(one.kind), await retention.last_run(one.kind))
        for one in retention.kinds()
    ]
    chosen = request.query_params.get("kind", "")
    return render(
        request,
        "console/retention.html",
        status=422 if errors or problem else 200,
        problem=problem,
        lines=lines,
        waiting=await retention.waiting(),
        options=[(one.kind, _(one.label)) for one in retention.kinds()],
        errors=errors or {},
        values=values or {"kind": chosen, "effective_on": clock.today().isoformat()},
    )
