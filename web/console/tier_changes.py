"""Proposing another tier policy: in a form or pasted whole, looked at first, then sent for approval."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from kernel import clock
from kernel.errors import Refused
from loyalty.tiers import policies, policy_changes
from loyalty.tiers.models import TierPolicy
from loyalty.tiers.policy_changes import Draft
from staff.models import Approval
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other

WAN = 1_000_000
"""Fen in 10,000 yuan, the unit of the form."""


@dataclass(frozen=True)
class PolicyForm:
    """The frame of a policy; thresholds and months of grace are fields per tier, or the whole is pasted as JSON."""

    name: str = forms.field("方案名称", longest=80)
    effective_on: date = forms.field("生效日期")
    act: Literal["preview", "propose"] = forms.field("操作", default="preview")
    basis: str = forms.field("依据", longest=20, default="total")
    day_count: str = forms.field("平均", longest=20, default="calendar")
    upgrade: str = forms.field("升级", longest=20, default="next_month")
    drop: str = forms.field("降级", longest=20, default="last_month")
    watch_from: int = forms.field("关注", least=1, most=36, default=1)
    source: str = forms.field("出处", longest=300, default="")
    reason: str = forms.field("原因", longest=200, default="")
    pasted: str = forms.field("整套规则", longest=20_000, default="")


async def new(request: Request) -> Response:
    """GET /tiers/change"""
    return await _page(request, {})


async def propose(request: Request) -> Response:
    """POST /tiers/change: look at what it would do, or ask for it"""
    given = await request.form()
    reading = forms.parse(given, PolicyForm)
    values = {key: value for key, value in given.items() if isinstance(value, str)}
    if reading.form is None:
        return await _page(request, values, errors=reading.errors)
    try:
        draft = await _draft(reading.form, given)
        if reading.form.act == "preview":
            return await _page(request, values, preview=await policy_changes.preview(draft))
        await policy_changes.propose(draft, session.signed_in(request))
    except Refused as refusal:
        return await _page(request, values, problem=refusal)
    return see_other(request, "tier_change", notice=_("已提交，另一位同事批准后从生效日起执行"))


async def _draft(form: PolicyForm, given: FormData) -> Draft:
    now = await _in_force()
    code = now.code if now is not None else "own"
    definition = _pasted(form.pasted) if form.pasted else _filled(form, given, now)
    return Draft(code, form.name, definition, form.effective_on, form.reason, form.source)


def _pasted(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Refused("粘贴的规则不是有效的 JSON", code="tiers.bad_json") from error
    # a preset's file holds the definition beside its name and source
    found = found.get("definition", found) if isinstance(found, dict) else None
    if not isinstance(found, dict):
        raise Refused("粘贴的规则不是有效的 JSON", code="tiers.bad_json")
    return found


def _filled(form: PolicyForm, given: FormData, now: TierPolicy | None) -> dict[str, Any]:
    if now is None:
        raise Refused("还没有生效的规则，请粘贴整套规则", code="tiers.no_policy")
    tiers = []
    for tier in now.definition["tiers"]:
        threshold = _number(given, f"threshold.{tier['code']}", 10**7)
        grace = _number(given, f"grace.{tier['code']}", 60)
        if grace != int(grace):
            raise Refused("宽限期请填整数月", code="tiers.bad_number")
        tiers.append({**tier, "threshold_fen": round(threshold * WAN), "grace_months": int(grace)})
    frame = {name: getattr(form, name) for name in ("basis", "day_count", "upgrade", "drop", "watch_from")}
    return {**frame, "tiers": tiers}


def _number(given: FormData, name: str, most: int) -> float:
    try:
        value = float(str(given.get(name, "")).strip().replace(",", ""))
    except ValueError:
        value = -1.0
    # also refuses what is not a number at all: it compares with nothing
    if not 0 <= value <= most:
        raise Refused("门槛与宽限期请填不小于 0 的数字", code="tiers.bad_number")
    return value


async def _in_force() -> TierPolicy | None:
    return await policies.row_in_force(clock.today())


async def _page(
    request: Request,
    values: dict[str, Any],
    *,
    errors: dict[str, str] | None = None,
    problem: Refused | None = None,
    preview: list[list[str]] | None = None,
) -> Response:
    now = await _in_force()
    standing: dict[str, Any] = {"effective_on": date.fromordinal(clock.today().toordinal() + 1).isoformat()}
    if now is not None:
        standing |= {"name": now.name, "source": now.source, **_as_values(now.definition)}
    asked = Approval.filter(subject=policy_changes.SUBJECT, state="waiting")
    return render(
        request,
        "console/tier_change.html",
        status=problem.status if problem else 422 if errors else 200,
        policy=now,
        tiers=now.definition["tiers"] if now is not None else [],
        words={name: (label, _said(words)) for name, (label, words) in policy_changes.WORDS.items()},
        coming=await TierPolicy.filter(effective_on__gt=clock.today()).order_by("effective_on"),
        asked=await asked.order_by("id").prefetch_related("asked_by"),
        preview=preview,
        values={**standing, **values},
        errors=errors or {},
        problem=problem,
    )


def _said(words: dict[str, str]) -> list[tuple[str, str]]:
    return [(code, _(word)) for code, word in words.items()]


def _as_values(definition: dict[str, Any]) -> dict[str, Any]:
    frame = {"basis": "total", "day_count": "calendar", "upgrade": "next_month", "drop": "last_month", "watch_from": 1}
    values: dict[str, Any] = {name: definition.get(name, usual) for name, usual in frame.items()}
    for tier in definition["tiers"]:
        values[f"threshold.{tier['code']}"] = f"{tier['threshold_fen'] / WAN:g}"
        values[f"grace.{tier['code']}"] = tier.get("grace_months", 0)
    return values
