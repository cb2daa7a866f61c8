"""The campaign editor: audience, content, time and control group, check; one form that works without scripts."""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing, segments
from campaigns.audience.deciding import Audience
from campaigns.audience.segments import Sampled, Waterfall
from campaigns.content import findings, placeholders
from campaigns.content.findings import Finding
from campaigns.delivery import trying
from campaigns.kinds import registry
from campaigns.planning import approval, drafting, lifecycle, listing, preflight
from campaigns.planning.drafting import StepText
from campaigns.planning.kind import Kind
from campaigns.planning.models import Campaign, Step
from kernel.errors import Forbidden, Refused
from loyalty.metrics import comparing, intervals
from staff.models import Staff
from web import session, words
from web.console import audience_form, campaign_sheet, message_preview
from web.console.campaign_sheet import Sheet
from web.rendering import render, see_other

TEMPLATE = "console/campaigns/editor.html"
# what the power line assumes of the control group; said on the page
BASE_RATE = 0.2


class Reach(NamedTuple):
    """Whom the conditions of the sheet reach; `problem` says why it can't be counted."""

    sentence: str
    people: Waterfall | None
    sample: list[Sampled]
    problem: str
    detectable: float | None = None


async def show(request: Request) -> Response:
    """GET /campaigns/{id}/edit"""
    campaign = await _editable(request)
    if not lifecycle.may("edit", campaign.state):
        name = lifecycle.NAMES[campaign.state]
        return see_other(request, "campaign", id=campaign.id, notice=f"活动{name}，不能再修改", tone="warn")
    sheet = campaign_sheet.of(campaign, await drafting.read(campaign))
    return await _page(request, campaign, sheet, checked=await preflight.check(campaign))


async def save(request: Request) -> Response:
    """POST /campaigns/{id}/edit: save, or (`act`) change a row, mend a text, count again without saving."""
    campaign = await _editable(request)
    sheet, act = await _typed(request, campaign)
    if act not in ("", "save"):
        if act.startswith("fix."):
            _verb, step, found = act.split(".", 2)
            campaign_sheet.mend(sheet, step, found)
        else:
            audience_form.change(sheet.builder, act)
        return await _page(request, campaign, sheet)
    try:
        saved = await _save(request, campaign, sheet)
    except Refused as refusal:
        return await _page(request, campaign, sheet, problem=refusal)
    notice = (
        "已保存"
        if campaign.state == "draft" or saved.state == campaign.state
        else "已保存，原有的审批已作废，需要重新提交"
    )
    return see_other(request, "campaign_editor", id=campaign.id, notice=notice)


async def submit(request: Request) -> Response:
    """POST /campaigns/{id}/submission: save what is on the screen, then ask for a second person's word."""
    campaign = await _editable(request)
    person = session.signed_in(request)
    sheet, _act = await _typed(request, campaign)
    try:
        if sheet.values["name"]:
            saved = await _save(request, campaign, sheet)
            sheet.version = saved.version
        await approval.submit(campaign.id, person, sheet.version)
    except Refused as refusal:
        current = await listing.get(campaign.id, person)
        if not lifecycle.may("edit", current.state):
            raise
        if refusal.code == "campaign.preflight" or not sheet.values["name"]:
            sheet = campaign_sheet.of(current, await drafting.read(current))
            return await _page(request, current, sheet, checked=await preflight.check(current), problem=refusal)
        return await _page(request, current, sheet, problem=refusal)
    return see_other(request, "campaign", id=campaign.id, notice="已提交，等待另一位同事审批")


async def try_out(request: Request) -> Response:
    """POST /campaigns/{id}/trial: save what is on the screen, then send one message of it to whoever asks."""
    campaign = await _editable(request)
    sheet, act = await _typed(request, campaign)
    step = act.removeprefix("try.")
    try:
        await _save(request, campaign, sheet)
        await trying.send_trial(campaign.id, step, session.signed_in(request))
    except Refused as refusal:
        return await _page(request, campaign, sheet, problem=refusal)
    return see_other(request, "campaign_editor", id=campaign.id, notice="已保存，并试发到您的企业微信，标有“测试”")


async def count(request: Request) -> Response:
    """POST /campaigns/{id}/audience: the audience as typed, counted; nothing is saved."""
    campaign = await _editable(request)
    sheet, act = await _typed(request, campaign)
    audience_form.change(sheet.builder, act)
    context = {
        "campaign": campaign,
        "sheet": sheet,
        "reach": await _reach(campaign, sheet),
        **await _audience_words(request),
    }
    return render(request, "console/campaigns/audience.html", **context)


async def check_wording(request: Request) -> Response:
    """POST /campaigns/{id}/wording/{step}: what is to say about one text as typed."""
    campaign = await _editable(request)
    sheet, _act = await _typed(request, campaign)
    step = request.path_params["step"]
    found = _step_findings(campaign, sheet).get(step, [])
    return render(request, "console/campaigns/findings.html", campaign=campaign, step=step, found=found, sheet=sheet)


async def _editable(request: Request) -> Campaign:
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    if person.branch_id is not None and campaign.branch_id != person.branch_id:
        raise Forbidden("总行的活动由总行修改；可以复制一份在本机构使用", code="campaign.head_office")
    return campaign


async def _typed(request: Request, campaign: Campaign) -> tuple[Sheet, str]:
    form = await request.form()
    return campaign_sheet.typed(form, registry.KINDS[campaign.kind]), str(form.get("act", ""))


async def _save(request: Request, campaign: Campaign, sheet: Sheet) -> Campaign:
    made = campaign_sheet.draft(sheet, registry.KINDS[campaign.kind])
    return await drafting.save(campaign.id, made, session.signed_in(request), sheet.version)


async def _page(
    request: Request,
    campaign: Campaign,
    sheet: Sheet,
    *,
    checked: list[Finding] | None = None,
    problem: Refused | None = None,
) -> Response:
    chosen = registry.KINDS[campaign.kind]
    reach = await _reach(campaign, sheet)
    people = await message_preview.samples(reach.sample)
    by_step = _step_findings(campaign, sheet)
    return render(
        request,
        TEMPLATE,
        status=problem.status if problem else 200,
        campaign=campaign,
        sheet=sheet,
        kind=chosen,
        reach=reach,
        samples=people,
        sample_values=message_preview.script_values(chosen, people, sheet.values.get("step.main.link_url", "")),
        bubbles=message_preview.bubbles(chosen, _texts(sheet, chosen), people[0].values),
        found=by_step,
        checked=checked,
        todo=_todo(sheet, reach, by_step, checked),
        problem=problem,
        state_name=lifecycle.NAMES[campaign.state],
        **await _audience_words(request),
        **await _words(campaign, chosen),
    )


async def _words(campaign: Campaign, chosen: Kind) -> dict[str, Any]:
    people = Staff.filter(is_active=True, wecom_userid__isnull=False).order_by("name")
    anchors = await (people if campaign.branch_id is None else people.filter(branch_id=campaign.branch_id))
    return {
        "channels": [(code, words.CHANNELS[code]) for code in chosen.channels],
        "placeholders": placeholders.KNOWN,
        "defaults": placeholders.DEFAULTS,
        "max_control": drafting.MAX_CONTROL_PERCENT,
        "max_late": drafting.LATE_MINUTES[1],
        "state_tones": words.CAMPAIGN_TONES,
        "staff_options": [(one.wecom_userid, one.name) for one in anchors],
    }


async def _audience_words(request: Request) -> dict[str, Any]:
    return {
        "choices": await audience_form.choices(session.signed_in(request)),
        "questions": audience_form.QUESTIONS,
        "joints": audience_form.JOINTS,
    }


async def _reach(campaign: Campaign, sheet: Sheet) -> Reach:
    share = sheet.values.get("control_percent", "")
    try:
        tree = audience_form.to_tree(sheet.builder)
    except Refused as refusal:
        return Reach("", None, [], refusal.message)
    author = await campaign.author
    percent = (
        min(int(share), drafting.MAX_CONTROL_PERCENT) if share.isdigit() and share.isascii() and len(share) < 6 else 0
    )
    channel = sheet.values.get("channel", "")
    known = channel if channel in registry.KINDS[campaign.kind].channels else campaign.channel
    audience = Audience(author, known, tree, campaign.salt, percent)
    people = await segments.waterfall(audience)
    sentence, sample = await describing.describe(tree), await segments.sample(audience)
    return Reach(sentence, people, sample, "", _detectable(people))


def _detectable(people: Waterfall) -> float | None:
    held_out = sum(line.clients for line in people.exclusions if line.reason == "held_out")
    if min(held_out, people.due) < comparing.FEWEST:
        return None
    return intervals.detectable(BASE_RATE, people.due, held_out)


def _texts(sheet: Sheet, chosen: Kind) -> list[StepText]:
    return [
        StepText(plan.code, *(sheet.values.get(f"step.{plan.code}.{part}", "") for part in campaign_sheet.STEP_PARTS))
        for plan in chosen.steps
    ]


def _step_findings(campaign: Campaign, sheet: Sheet) -> dict[str, list[Finding]]:
    chosen = registry.KINDS[campaign.kind]
    return {
        text.code: preflight.check_step(
            campaign,
            Step(code=text.code, text=text.text, link_title=text.link_title.strip(), link_url=text.link_url.strip()),
        )
        for text in _texts(sheet, chosen)
    }


def _todo(
    sheet: Sheet, reach: Reach, by_step: dict[str, list[Finding]], checked: list[Finding] | None
) -> dict[str, list[str]]:
    """What still stops a submission, in words, by part of the page."""
    stopping = findings.blocking(checked or [])
    audience = [finding.message for finding in stopping if finding.place == "conditions"]
    if not audience and (reach.problem or (reach.people and not reach.people.due)):
        audience = [reach.problem or "没有可以发送的客户"]
    content = [finding.message for found in by_step.values() for finding in findings.blocking(found)]
    content += [finding.message for finding in stopping if finding.place == "details"]
    time = [
        finding.message for finding in stopping if finding.place in ("starts_at", "control_percent", "late_minutes")
    ]
    time += [message for name, message in sheet.errors.items() if name in campaign_sheet.PLAIN]
    return {"audience": audience, "content": content, "time": time}
