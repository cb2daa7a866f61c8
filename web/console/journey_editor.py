"""The journey editor: a vertical list of steps with branches, one form that works without scripts."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing as audience_words
from campaigns.audience.models import Segment
from campaigns.content import placeholders
from campaigns.content.findings import Finding
from campaigns.journeys import approval, checking, dates, definition, describing, drafting, events, foreseeing, listing
from campaigns.journeys.definition import Definition
from campaigns.journeys.models import Journey
from campaigns.journeys.steps import branch, send, split
from community.suitability import products as shelf
from kernel import numbers
from kernel.errors import Forbidden, Refused
from loyalty.rewards.models import Benefit
from loyalty.tiers import directory
from web import session, words
from web.console import journey_sheet, journeys
from web.language import gettext as _
from web.rendering import go_to, render, see_other


async def show(request: Request) -> Response:
    """GET /journeys/{id}/edit"""
    journey = await _editable(request)
    return await _page(request, journey, journey.name, journey.draft)


async def save(request: Request) -> Response:
    """POST /journeys/{id}/edit: save what is on the screen; `act` also changes the list of steps."""
    journey = await _editable(request)
    form = await request.form()
    name, rules, here = journey.name, journey.draft, ""
    try:
        name, rules = await journey_sheet.typed(form, journey.draft)
        act = str(form.get("act", ""))
        if act not in ("", "save"):
            here = await journey_sheet.change(rules, act)
        saved = await _keep(request, journey, name, rules, str(form.get("version", "")))
    except Refused as refusal:
        return await _page(request, journey, name, rules, problem=refusal)
    notice = _("已保存")
    if journey.review == "submitted" and saved.review != "submitted":
        notice = _("已保存，等待中的审批已作废，需要重新提交")
    path = str(request.app.url_path_for("journey_editor", id=journey.id))
    return go_to(request, f"{path}#{here}" if here else path, notice=notice)


async def submit(request: Request) -> Response:
    """POST /journeys/{id}/submission: save what is on the screen, then ask for a second person's word."""
    journey = await _editable(request)
    form = await request.form()
    name, rules = journey.name, journey.draft
    try:
        if "name" in form:
            name, rules = await journey_sheet.typed(form, journey.draft)
            await _keep(request, journey, name, rules, str(form.get("version", "")))
        await approval.submit(journey.id, session.signed_in(request))
    except Refused as refusal:
        current = await listing.get(journey.id, session.signed_in(request))
        return await _page(request, current, name, rules, problem=refusal)
    return see_other(request, "journey", id=journey.id, notice=_("已提交，等待另一位同事审批"))


async def simulate(request: Request) -> Response:
    """GET /journeys/{id}/simulation: what the draft would do to one client; nothing is done."""
    person = session.signed_in(request)
    journey = await listing.get(request.path_params["id"], person)
    samples = await foreseeing.samples(journey, person)
    typed = request.query_params.get("client", "").strip()
    wanted = numbers.row_id(typed) if typed else None
    client_id = wanted or (samples[0] if samples and not typed else None)
    walk, problem = None, ""
    if client_id is not None and journey.draft["steps"]:
        try:
            walk = await foreseeing.walk(journey, client_id, person)
        except Refused as refusal:
            problem = refusal.message
    elif typed:
        problem = _("客户编号应为数字")
    return render(
        request,
        "console/journeys/simulation.html",
        journey=journey,
        samples=samples,
        client_id=client_id,
        typed=typed,
        walk=walk,
        problem=problem,
        **journeys.names(),
    )


async def _editable(request: Request) -> Journey:
    person = session.signed_in(request)
    journey = await listing.get(request.path_params["id"], person)
    if not await listing.may_change(journey, person):
        raise Forbidden("总行的旅程由总行修改；可以复制一份在本机构使用", code="journey.head_office")
    return journey


async def _keep(request: Request, journey: Journey, name: str, rules: Definition, version: str) -> Journey:
    await describing.name_benefits(rules)
    return await drafting.save(journey.id, name, rules, session.signed_in(request), numbers.row_id(version) or 0)


async def _page(
    request: Request, journey: Journey, name: str, rules: Definition, *, problem: Refused | None = None
) -> Response:
    # the checks look at what stands on the screen, saved or not
    on_screen = Journey(id=journey.id, name=name, draft=rules, author_id=journey.author_id)
    checked = await checking.check(on_screen)
    return render(
        request,
        "console/journeys/editor.html",
        status=problem.status if problem else 200,
        journey=journey,
        name=name,
        rules=rules,
        problem=problem,
        checked=checked,
        by_step=await _by_place(rules, checked),
        audience=await audience_words.describe(rules["conditions"]),
        branches=await _branches(rules),
        sends=[one.step for one in definition.steps_of(rules) if one.step["kind"] == "send"],
        **await _choices(rules),
        **journeys.names(),
    )


async def _by_place(rules: Definition, checked: list[Finding]) -> dict[str, list[Finding]]:
    """Findings by place; those of a step itself in the order by which a press on one names it."""
    classes = await checking.classes_of(rules)
    found = {one.step["code"]: checking.of_step(one.step, classes) for one in definition.steps_of(rules)}
    for finding in checked:
        known = found.setdefault(finding.place, [])
        if finding not in known:
            known.append(finding)
    return found


async def _branches(rules: Definition) -> dict[str, str]:
    return {
        one.step["code"]: await audience_words.describe(one.step["params"]["conditions"])
        for one in definition.steps_of(rules)
        if one.step["kind"] == "branch" and one.step["params"]["conditions"]
    }


async def _choices(rules: Definition) -> dict[str, Any]:
    benefits = await Benefit.filter(is_active=True).order_by("name")
    offered = await shelf.on_sale("", also=rules["products"])
    return {
        "events": events.options(),
        "exits": sorted(events.options(), key=lambda one: one[0] not in rules["exits"]),
        "triggers": list(checking.TRIGGERS.items()),
        "date_facts": [*dates.LABELS.items(), ("day", "指定的一天")],
        "reentries": list(checking.REENTRY.items()),
        "segments": [(str(one.id), one.name) for one in await Segment.filter(retired_at=None).order_by("name")],
        "channels": [(code, _(words.CHANNELS[code])) for code in send.CHANNELS],
        "questions": list(branch.BY.items()),
        "share_labels": split.LABELS,
        "benefits": [(str(one.id), one.name) for one in benefits],
        "tags": await directory.tags(),
        "offered": sorted(offered, key=lambda one: one.code not in rules["products"]),
        "placeholders": placeholders.KNOWN,
    }
