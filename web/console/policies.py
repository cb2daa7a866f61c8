"""Rules as data: who must approve what, and how often clients are written to; each change needs a second person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, time
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from community.sending import policies, policy_changes, preset_changes
from community.sending.policies import Policy
from kernel import clock
from kernel.errors import Refused
from staff import approval_kinds, approval_rule_changes, approval_rules
from staff.models import Approval
from web import forms, session
from web.language import gettext as _
from web.rendering import render, see_other
from wechat import limits


@dataclass(frozen=True)
class RuleForm:
    """A rule of approval from a day on; second_above None: one person is always enough."""

    subject: str = forms.field("审批类型", longest=40)
    expires_hours: int = forms.field("审批期限", least=1, most=720)
    effective_on: date = forms.field("生效日期")
    reason: str = forms.field("原因", longest=200)
    second_above: int | None = forms.field("两人批准的界限", least=0, default=None)


@dataclass(frozen=True)
class SendForm:
    """Caps, quiet hours and hold-out from a day on."""

    daily_cap: int = forms.field("每人每天最多", least=0, most=1000)
    monthly_cap: int = forms.field("每人每月最多", least=0, most=10000)
    quiet_from: str = forms.field("静默开始", longest=5)
    quiet_until: str = forms.field("静默结束", longest=5)
    holdout_percent: int = forms.field("全局对照比例", least=0, most=50)
    open_level: int = forms.field("开放渠道最高风险等级", least=1, most=5)
    send_on: date = forms.field("生效日期")
    send_reason: str = forms.field("原因", longest=200)


@dataclass(frozen=True)
class PresetForm:
    """The preset of group messages that the bank has set in WeCom, from a day on."""

    preset: str = forms.field("群发档位", longest=20)
    preset_on: date = forms.field("生效日期")
    preset_reason: str = forms.field("原因", longest=200)


async def index(request: Request) -> Response:
    """GET /settings/policies"""
    return await _page(request)


async def propose_rule(request: Request) -> Response:
    """POST /settings/policies/approval-rules"""
    reading = await forms.attempt(request, RuleForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        await approval_rule_changes.propose(
            form.subject,
            form.second_above,
            form.expires_hours,
            form.effective_on,
            form.reason,
            session.signed_in(request),
        )
    except Refused as refusal:
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "policies", notice=_("已提交，另一位同事批准后从生效日起执行"))


async def propose_sending(request: Request) -> Response:
    """POST /settings/policies/sending"""
    reading = await forms.attempt(request, SendForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        wanted = Policy(
            daily_cap=form.daily_cap,
            monthly_cap=form.monthly_cap,
            quiet_from=_wall(form.quiet_from),
            quiet_until=_wall(form.quiet_until),
            holdout_percent=form.holdout_percent,
            open_level=form.open_level,
        )
        await policy_changes.propose(form.send_on, wanted, form.send_reason, session.signed_in(request))
    except Refused as refusal:
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "policies", notice=_("已提交，另一位同事批准后从生效日起执行"))


async def propose_preset(request: Request) -> Response:
    """POST /settings/policies/preset"""
    reading = await forms.attempt(request, PresetForm)
    if reading.form is None:
        return await _page(request, errors=reading.errors, values=reading.values)
    form = reading.form
    try:
        await preset_changes.propose(form.preset, form.preset_on, form.preset_reason, session.signed_in(request))
    except Refused as refusal:
        return await _page(request, problem=refusal, values=reading.values)
    return see_other(request, "policies", notice=_("已提交，另一位同事批准后从生效日起执行"))


async def _page(
    request: Request,
    *,
    errors: dict[str, str] | None = None,
    values: dict[str, Any] | None = None,
    problem: Refused | None = None,
) -> Response:
    now, tomorrow = await policies.in_force(), clock.today().toordinal() + 1
    kinds = {kind.subject: _(kind.label) for kind in approval_kinds.every()}
    standing = {name: f"{value:%H:%M}" if isinstance(value, time) else value for name, value in asdict(now).items()}
    day = date.fromordinal(tomorrow).isoformat()
    subjects = (approval_rule_changes.SUBJECT, policy_changes.SUBJECT, preset_changes.SUBJECT)
    asked = Approval.filter(subject__in=subjects, state="waiting")
    await limits.refresh()
    moment = clock.now()
    return render(
        request,
        "console/policies.html",
        status=problem.status if problem else 422 if errors else 200,
        kinds=kinds,
        rules=[await approval_rules.in_force(subject) for subject in kinds],
        units={subject: _(unit) for subject, unit in approval_rules.UNITS.items()},
        decided=await approval_rule_changes.history(),
        policy=now,
        preset=limits.at(limits.GROUP_MESSAGE, moment),
        presets=[(one.preset, one.label) for one in limits.offers(limits.GROUP_MESSAGE, moment)],
        sending=await policies.history(),
        asked=await asked.order_by("id").prefetch_related("asked_by"),
        values={
            "effective_on": day,
            "send_on": day,
            "preset_on": day,
            "expires_hours": 72,
            **standing,
            **(values or {}),
        },
        errors=errors or {},
        problem=problem,
    )


def _wall(text: str) -> time:
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise Refused("静默时间请写成 21:30 这样", code="send_policy.wall") from error
