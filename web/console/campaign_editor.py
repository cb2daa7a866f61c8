"""The campaign editor: audience, content, time and control group, check; one form that works without scripts."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from campaigns.content import library
from campaigns.delivery import trying
from campaigns.kinds import registry
from campaigns.planning import approval, drafting, lifecycle, listing, preflight
from campaigns.planning.models import Campaign
from kernel.errors import Forbidden, Refused
from web import session
from web.console import audience_form, campaign_sheet, editor_page, pieces_sheet, versions_sheet
from web.console.campaign_sheet import Sheet
from web.language import gettext as _
from web.rendering import render, see_other


async def show(request: Request) -> Response:
    """GET /campaigns/{id}/edit"""
    campaign = await editable(request)
    if not lifecycle.may("edit", campaign.state):
        name = lifecycle.NAMES[campaign.state]
        return see_other(
            request, "campaign", id=campaign.id, notice=_("活动%(state)s，不能再修改") % {"state": _(name)}, tone="warn"
        )
    sheet = campaign_sheet.of(campaign, await drafting.read(campaign))
    return await editor_page.show(request, campaign, sheet, checked=await preflight.check(campaign))


async def save(request: Request) -> Response:
    """POST /campaigns/{id}/edit: save, or (`act`) change a row, mend a text, count again without saving."""
    campaign = await editable(request)
    sheet, act = await typed(request, campaign)
    if act not in ("", "save"):
        await _change(request, sheet, act)
        return await editor_page.show(request, campaign, sheet)
    try:
        saved = await keep(request, campaign, sheet)
    except Refused as refusal:
        return await editor_page.show(request, campaign, sheet, problem=refusal)
    notice = (
        _("已保存")
        if campaign.state == "draft" or saved.state == campaign.state
        else _("已保存，原有的审批已作废，需要重新提交")
    )
    return see_other(request, "campaign_editor", id=campaign.id, notice=notice)


async def submit(request: Request) -> Response:
    """POST /campaigns/{id}/submission: save what is on the screen, then ask for a second person's word."""
    campaign = await editable(request)
    person = session.signed_in(request)
    sheet, _act = await typed(request, campaign)
    try:
        if sheet.values["name"]:
            saved = await keep(request, campaign, sheet)
            sheet.version = saved.version
        await approval.submit(campaign.id, person, sheet.version)
    except Refused as refusal:
        current = await listing.get(campaign.id, person)
        if not lifecycle.may("edit", current.state):
            raise
        if refusal.code == "campaign.preflight" or not sheet.values["name"]:
            sheet = campaign_sheet.of(current, await drafting.read(current))
            return await editor_page.show(
                request, current, sheet, checked=await preflight.check(current), problem=refusal
            )
        return await editor_page.show(request, current, sheet, problem=refusal)
    return see_other(request, "campaign", id=campaign.id, notice=_("已提交，等待另一位同事审批"))


async def try_out(request: Request) -> Response:
    """POST /campaigns/{id}/trial: save what is on the screen, then send one message of it to whoever asks."""
    campaign = await editable(request)
    sheet, act = await typed(request, campaign)
    step = act.removeprefix("try.")
    try:
        await keep(request, campaign, sheet)
        await trying.send_trial(campaign.id, step, session.signed_in(request))
    except Refused as refusal:
        return await editor_page.show(request, campaign, sheet, problem=refusal)
    return see_other(request, "campaign_editor", id=campaign.id, notice=_("已保存，并试发到您的企业微信，标有“测试”"))


async def count(request: Request) -> Response:
    """POST /campaigns/{id}/audience: the audience as typed, counted; nothing is saved."""
    campaign = await editable(request)
    sheet, act = await typed(request, campaign)
    audience_form.change(sheet.builder, act)
    context = {
        "campaign": campaign,
        "sheet": sheet,
        "reach": await editor_page.reach_of(campaign, sheet, session.signed_in(request)),
        **await editor_page.audience_words(campaign),
    }
    return render(request, "console/campaigns/audience.html", **context)


async def check_wording(request: Request) -> Response:
    """POST /campaigns/{id}/wording/{step}: what is to say about one text as typed."""
    campaign = await editable(request)
    sheet, _act = await typed(request, campaign)
    step = request.path_params["step"]
    found = (await editor_page.step_findings(campaign, sheet)).get(step, [])
    return render(request, "console/campaigns/findings.html", campaign=campaign, step=step, found=found, sheet=sheet)


async def editable(request: Request) -> Campaign:
    """The campaign that the address names, for whoever may change it."""
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    if not await listing.may_change(campaign, person):
        raise Forbidden("总行的活动由总行修改；可以复制一份在本机构使用", code="campaign.head_office")
    return campaign


async def typed(request: Request, campaign: Campaign) -> tuple[Sheet, str]:
    """The sheet as it was sent, and which button sent it."""
    form = await request.form()
    return campaign_sheet.typed(form, registry.KINDS[campaign.kind]), str(form.get("act", ""))


async def _change(request: Request, sheet: Sheet, act: str) -> None:
    """One press on a small button of the form: a row, a mended word, a text of the library."""
    verb, _, rest = act.partition(".")
    step, _, found = rest.partition(".")
    if verb == "fix":
        campaign_sheet.mend(sheet, step, found)
    elif verb == "notice":
        await campaign_sheet.add_notices(sheet, step)
    elif verb in ("attach", "detach"):
        chosen = found if verb == "detach" else str((await request.form()).get(f"attach.{step}", ""))
        pieces_sheet.change(sheet.values, verb, step, chosen)
    elif verb == "ab":
        versions_sheet.change(sheet.values, rest)
    elif verb == "piece":
        series = str((await request.form()).get("piece", ""))
        for piece in await library.current():
            if piece.series == series:
                campaign_sheet.use_piece(sheet, step, piece)
    else:
        audience_form.change(sheet.builder, act)


async def keep(request: Request, campaign: Campaign, sheet: Sheet, *, is_auto: bool = False) -> Campaign:
    """Save the sheet over what is saved."""
    made = campaign_sheet.draft(sheet, registry.KINDS[campaign.kind], await drafting.read(campaign))
    return await drafting.save(campaign.id, made, session.signed_in(request), sheet.version, is_auto=is_auto)
