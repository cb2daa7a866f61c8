"""What the campaign editor shows: whom the sheet reaches, how its messages look, what is still missing."""

from __future__ import annotations

from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing, including, segments
from campaigns.audience.deciding import Audience
from campaigns.audience.segments import Sampled, Waterfall
from campaigns.content import findings, library, placeholders, rules
from campaigns.content.findings import Finding
from campaigns.kinds import registry
from campaigns.planning import (
    arbitration,
    channels,
    drafting,
    drafting_history,
    goals,
    lifecycle,
    power,
    preflight,
    products,
    reaching,
)
from campaigns.planning.drafting import StepText
from campaigns.planning.kind import Kind
from campaigns.planning.models import Campaign, Step
from campaigns.planning.power import Power
from community.suitability import products as shelf
from kernel.errors import Refused
from staff import approval_reading
from staff.models import Branch, LineComment, Staff
from web import session, words
from web.console import (
    audience_form,
    campaign_sheet,
    message_preview,
    pieces_sheet,
    pilot_sheet,
    plan_sheet,
    versions_sheet,
)
from web.console.campaign_sheet import Sheet
from web.language import gettext as _
from web.rendering import render

TEMPLATE = "console/campaigns/editor.html"


class Reach(NamedTuple):
    """Whom the conditions of the sheet reach; `problem` says why it can't be counted."""

    sentence: str
    people: Waterfall | None
    sample: list[Sampled]
    problem: str
    power: Power | None = None


async def show(
    request: Request,
    campaign: Campaign,
    sheet: Sheet,
    *,
    checked: list[Finding] | None = None,
    problem: Refused | None = None,
) -> Response:
    """The editor with this sheet: checked is the whole preflight, None while what is shown is not saved."""
    chosen = registry.KINDS[campaign.kind]
    reach = await reach_of(campaign, sheet, session.signed_in(request))
    people = await message_preview.samples(reach.sample)
    by_step = await step_findings(campaign, sheet)
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
        bubbles=message_preview.bubbles(chosen, _texts(sheet, chosen), people[0].values, with_empty=True),
        found=by_step,
        checked=checked,
        todo=todo(sheet, reach, by_step, checked),
        problem=problem,
        remarks=await _remarks(campaign),
        state_name=lifecycle.NAMES[campaign.state],
        plan=plan_sheet.words(),
        saved=await drafting_history.newest(campaign.id) if checked is not None else None,
        quiet="",
        conflict=None,
        version_codes=versions_sheet.codes(sheet.values),
        priorities=versions_sheet.priorities(),
        pilot_choices=pilot_sheet.choices(),
        channel_about=_about(sheet.values.get("channel", "") or campaign.channel),
        **await audience_words(campaign),
        **await _words(campaign, chosen),
        **await _products(sheet),
        **await pieces_sheet.context(sheet.values, chosen),
    )


async def _products(sheet: Sheet) -> dict[str, Any]:
    """What may be chosen: the chosen ones first, then what is on sale and holds the words asked for."""
    offered = await shelf.on_sale(sheet.values.get("product_words", ""), also=sheet.products)
    return {
        "offered": sorted(offered, key=lambda one: one.code not in sheet.products),
        "class_names": {code: _(name) for code, name in shelf.CLASS_NAMES.items()},
        "level_of": shelf.level,
        "most_products": products.MOST,
    }


async def _remarks(campaign: Campaign) -> dict[str, list[LineComment]]:
    """What reviewers said about single lines when it last came back, by step."""
    asked = await approval_reading.latest(drafting.SUBJECT, campaign.id) if campaign.state == "draft" else None
    found: dict[str, list[LineComment]] = {}
    if asked is not None and asked.state == "returned":
        for one in await approval_reading.comments_of(asked.id):
            found.setdefault(one.anchor, []).append(one)
    return found


async def _words(campaign: Campaign, chosen: Kind) -> dict[str, Any]:
    people = Staff.filter(is_active=True, wecom_userid__isnull=False).order_by("name")
    unit = await Branch.get(id=campaign.branch_id) if campaign.branch_id is not None else None
    anchors = await (people if unit is None else people.filter(branch__path__startswith=unit.path))
    return {
        "channels": [(code, _(words.CHANNELS[code])) for code in chosen.channels],
        "placeholders": placeholders.KNOWN,
        "defaults": placeholders.DEFAULTS,
        "max_control": drafting.MAX_CONTROL_PERCENT,
        "max_late": drafting.LATE_MINUTES[1],
        "state_tones": words.CAMPAIGN_TONES,
        "pieces": [(piece.series, piece.title) for piece in await library.current() if piece.kind == "text"],
        "staff_options": [(one.wecom_userid, one.name) for one in anchors],
    }


async def audience_words(campaign: Campaign) -> dict[str, Any]:
    """What rows of conditions can ask and pick from: what is in the author's scope, from whom the audience comes."""
    return {
        "choices": await audience_form.choices(await campaign.author),
        "questions": audience_form.QUESTIONS,
        "question_groups": audience_form.QUESTION_GROUPS,
        "joints": audience_form.JOINTS,
    }


async def reach_of(campaign: Campaign, sheet: Sheet, person: Staff) -> Reach:
    """Whom the sheet reaches as typed, with a sample of those whom this person may see; nothing is saved."""
    if registry.KINDS[campaign.kind].is_open:
        people = await reaching.people(campaign)
        return Reach("", people, [], "", await _power(sheet, None, people))
    share = sheet.values.get("control_percent", "")
    try:
        tree = audience_form.to_tree(sheet.builder)
        await including.check(tree)
    except Refused as refusal:
        return Reach("", None, [], refusal.message)
    author = await campaign.author
    percent = (
        min(int(share), drafting.MAX_CONTROL_PERCENT) if share.isdigit() and share.isascii() and len(share) < 6 else 0
    )
    channel = sheet.values.get("channel", "")
    known = channel if channel in registry.KINDS[campaign.kind].channels else campaign.channel
    others = set(registry.KINDS[campaign.kind].channels) - {known}
    audience = Audience(
        author,
        known,
        tree,
        campaign.salt,
        percent,
        tuple(sheet.products),
        fallbacks=tuple(code for code in versions_sheet.fallbacks(sheet.values) if code in others),
        rivals=tuple(await arbitration.rivals(campaign)),
        is_service=registry.KINDS[campaign.kind].steps[0].purpose == "service",
    )
    people = await segments.waterfall(audience)
    sentence, sample = await describing.describe(tree), await segments.sample(audience, person)
    return Reach(sentence, people, sample, "", await _power(sheet, audience, people))


async def _power(sheet: Sheet, audience: Audience | None, people: Waterfall) -> Power:
    held_out = sum(line.clients for line in people.exclusions if line.reason == "held_out")
    goal, days = plan_sheet.goal_of(sheet.values)
    if audience is None:
        return power.figure(goal, days, people.due, held_out, goals.GOALS[goal].usual)
    return await power.of(audience, goal, days, (people.due, held_out))


def _about(channel: str) -> str:
    known = channels.POLICIES.get(channel)
    return _(known.about) if known else ""


def _texts(sheet: Sheet, chosen: Kind) -> list[StepText]:
    return [campaign_sheet.text_of(sheet, plan.code) for plan in chosen.steps]


async def step_findings(campaign: Campaign, sheet: Sheet) -> dict[str, list[Finding]]:
    """What is to say about each text as typed, by step, under the rules of today and with the chosen products."""
    await rules.refresh()
    classes = await campaign_sheet.classes(sheet)
    chosen = registry.KINDS[campaign.kind]
    return {
        text.code: preflight.check_step(
            campaign,
            Step(code=text.code, text=text.text, link_title=text.link_title.strip(), link_url=text.link_url.strip()),
            classes,
        )
        for text in _texts(sheet, chosen)
    }


def todo(
    sheet: Sheet, reach: Reach, by_step: dict[str, list[Finding]], checked: list[Finding] | None
) -> dict[str, list[str]]:
    """What still stops a submission, in words, by part of the page."""
    stopping = findings.blocking(checked or [])
    audience = [finding.message for finding in stopping if finding.place == "conditions"]
    if not audience and (reach.problem or (reach.people and not reach.people.due)):
        audience = [reach.problem or _("没有可以发送的客户")]
    content = [finding.message for found in by_step.values() for finding in findings.blocking(found)]
    content += [
        finding.message for finding in stopping if finding.place in ("details", "products", "variants", "channel")
    ]
    time = [
        finding.message
        for finding in stopping
        if finding.place in ("starts_at", "control_percent", "late_minutes", "priority")
    ]
    time += [message for name, message in sheet.errors.items() if name in campaign_sheet.PLAIN]
    return {"audience": audience, "content": content, "time": time}
