"""One campaign: where it stands and why, how far it is, what each member of staff did, what came of it, who decided."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing, segments
from campaigns.delivery import lift, progress, results, trying
from campaigns.kinds import registry
from campaigns.planning import drafting, lifecycle, listing, reaching
from campaigns.planning.models import Campaign
from community.sending import gate, halting, policies
from community.sending.models import Stop
from kernel import clock
from loyalty.metrics import comparing, intervals
from loyalty.metrics.measuring import ReturnFigures
from staff import approval_reading, approvals, permissions
from staff.models import AuditEntry, Staff
from web import formats, session
from web.console import campaign_purpose, campaign_terms, delivery_moves, kind_details, message_preview
from web.console.campaigns import names
from web.language import gettext as _
from web.rendering import render

ACTIONS = {
    "campaign.created": "建草稿",
    "campaign.edited": "修改",
    "campaign.copied": "复制而来",
    "campaign.repeated": "按系列排期",
    "campaign.series_ended": "停止重复",
    "campaign.restored": "恢复旧版本",
    "campaign.archived": "归档",
    "campaign.unarchived": "取消归档",
    "campaign.submitted": "提交审批",
    "campaign.approved": "批准",
    "approval.returned": "退回修改",
    "campaign.started": "开始发送",
    "campaign.reminded": "提醒员工确认",
    "campaign.exported": "导出",
    "campaign.held": "搁置",
    "campaign.released": "放行",
    "campaign.paused": "暂停",
    "campaign.resumed": "继续",
    "campaign.cancelled": "取消",
    "campaign.pilot_ended": "提前放行试点之后的客户",
    "campaign.resent": "补发没有收到的客户",
    "campaign.finished": "结束",
    "event.seats_changed": "修改席位数",
}
HISTORY = 40


async def show(request: Request) -> Response:
    """GET /campaigns/{id}"""
    campaign, person = await _find(request), session.signed_in(request)
    asked = await approval_reading.latest(drafting.SUBJECT, campaign.id)
    return render(
        request,
        "console/campaigns/show.html",
        campaign=campaign,
        kind=registry.KINDS[campaign.kind],
        **_results(await results.of(campaign)),
        **_returns(campaign, await lift.of(campaign)),
        history=await _history(campaign),
        asked=asked,
        sees_asked=asked is not None and await approval_reading.get(asked.id, person) is not None,
        actions=ACTIONS,
        quiet_until=await _quiet_until(),
        stopped=await _stopped(campaign),
        **await _plan(campaign, person),
        **await _progress(campaign, person),
        **await _moves(campaign, person),
        **await campaign_purpose.of(campaign, person),
        **names(),
    )


async def follow(request: Request) -> Response:
    """GET /campaigns/{id}/progress: the part that changes while it is sent."""
    campaign = await _find(request)
    context = {"campaign": campaign, **await _progress(campaign, session.signed_in(request)), **names()}
    return render(request, "console/campaigns/progress.html", **context)


async def _quiet_until() -> datetime | None:
    """When quiet hours end, if it is quiet now: who starts a campaign then should know that nothing leaves yet."""
    now, policy = clock.now(), await policies.in_force()
    is_quiet = gate.is_quiet(now, policy.quiet_from, policy.quiet_until)
    return gate.quiet_ends(now, policy.quiet_until) if is_quiet else None


async def _stopped(campaign: Campaign) -> Stop | None:
    """The emergency stop that holds this campaign back while it is under way."""
    if campaign.state not in ("sending", "paused") or campaign.stream_id is None:
        return None
    return await halting.is_stopped(campaign.channel, campaign.stream_id)


async def _find(request: Request) -> Campaign:
    return await listing.get(request.path_params["id"], session.signed_in(request))


async def _plan(campaign: Campaign, person: Staff) -> dict[str, Any]:
    """What was or will be said to whom; before the freeze as the clients' data stand now."""
    chosen = registry.KINDS[campaign.kind]
    draft = await drafting.read(campaign)
    audience = await listing.audience_of(campaign)
    is_open = campaign.frozen_at is None and campaign.state not in ("cancelled", "finished")
    shown = [] if chosen.is_open else await segments.sample(audience, person)
    people = await message_preview.samples(shown) if is_open else []
    sample = people[0] if people else message_preview.Sample(_("示例客户"), dict(trying.EXAMPLE))
    return {
        "sentence": "" if chosen.is_open else await describing.describe(campaign.conditions),
        "people": await reaching.people(campaign) if is_open else None,
        "details": await kind_details.facts(draft.details) + await campaign_terms.facts(campaign),
        "sample": sample,
        "bubbles": message_preview.bubbles(chosen, draft.steps, sample.values),
    }


async def _progress(campaign: Campaign, person: Staff) -> dict[str, Any]:
    is_moving = campaign.state in ("sending", "paused")
    funnel = await progress.funnel(campaign.id)
    return {
        **await delivery_moves.context(campaign, funnel),
        "why": await progress.why(campaign),
        "funnel": funnel,
        "steps": await progress.steps(campaign),
        "staff": await progress.by_staff(campaign.id, person),
        "pace": await progress.pace(campaign.id) if is_moving else None,
        "is_live": campaign.state == "sending",
    }


def _results(found: results.Results | None) -> dict[str, Any]:
    """Both arms as a chart and as a table, and their difference with its interval."""
    if found is None:
        return {"results": None}
    arms = [found.treated, found.control]
    rows = [
        [
            _(arm.label),
            formats.number(arm.people),
            formats.number(arm.reached),
            formats.number(arm.active),
            formats.percent(arm.active_rate),
            formats.number(arm.opted_out),
        ]
        for arm in arms
    ]
    series = [
        {"name": _(arm.label), "values": [round(100 * arm.active_rate, 2)], "control": arm.arm == "control"}
        for arm in arms
    ]
    difference = None
    if min(arm.people for arm in arms) >= comparing.FEWEST:
        one, two = arms
        difference = intervals.newcombe(one.active, one.people, two.active, two.people)
    return {"results": found, "arm_rows": rows, "arm_series": series, "difference": difference}


def _returns(campaign: Campaign, found: ReturnFigures | None) -> dict[str, Any]:
    """What came back, as a chart of differences and as a table."""
    if found is None:
        return {"returns": None}
    compared = [(_("客户数"), found.clients), (_("金额"), found.amount)]
    differences = [
        {"name": name, "value": 100 * one.estimate, "low": 100 * one.low, "high": 100 * one.high}
        for name, one in ((name, comparison.difference) for name, comparison in compared)
        if one is not None
    ]
    arms = ((_("发送组"), found.assigned_treated, found.treated), (_("对照组"), found.assigned_control, found.control))
    rows = [
        [
            label,
            formats.number(drawn),
            formats.number(arm.events),
            formats.number(arm.returned),
            formats.percent(arm.client_rate),
            formats.percent(arm.amount_rate),
        ]
        for label, drawn, arm in arms
    ]
    ready_on = formats.day(date.fromisoformat(lift.ready_at(campaign, found.days)))
    chart = {"unit": _("个百分点"), "rows": differences}
    return {"returns": found, "return_rows": rows, "return_chart": chart, "ready_on": ready_on}


async def _history(campaign: Campaign) -> list[AuditEntry]:
    entries = AuditEntry.filter(subject=drafting.SUBJECT, subject_id=campaign.id, action__in=list(ACTIONS))
    return await entries.order_by("-id").limit(HISTORY).prefetch_related("staff")


async def _moves(campaign: Campaign, person: Staff) -> dict[str, Any]:
    """Which buttons this person gets; the abilities check all of it again."""
    is_own = await listing.may_change(campaign, person)
    may_edit = is_own and permissions.may(person, "campaigns.edit")
    may_stop = is_own and permissions.may(person, "campaigns.stop")
    is_maker = person.id in (campaign.author_id, campaign.last_editor_id)
    return {
        "can_edit": may_edit and lifecycle.may("edit", campaign.state),
        "can_start": may_edit and campaign.state == "approved" and campaign.starts_at is None,
        "can_pause": may_stop and lifecycle.may("pause", campaign.state),
        "can_follow": may_edit and campaign.state == "sending",
        "can_resend": may_edit and lifecycle.may("resend", campaign.state),
        "can_resume": may_edit and lifecycle.may("resume", campaign.state),
        "can_cancel": may_stop and lifecycle.may("cancel", campaign.state),
        "can_copy": permissions.may(person, "campaigns.edit"),
        "can_release": is_own
        and not is_maker
        and permissions.may(person, approvals.PERMISSION)
        and lifecycle.may("release", campaign.state),
        "is_maker": is_maker,
    }
