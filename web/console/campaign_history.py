"""The saves of a draft: made while somebody types, told apart when two people meet, listed and restored."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.kinds import registry
from campaigns.planning import drafting_history, drafting_restoring, lifecycle, listing, preflight, reaching
from campaigns.planning.models import Campaign, DraftVersion
from kernel import numbers
from kernel.errors import Refused
from staff import permissions
from web import session
from web.console import campaign_editor, editor_page
from web.console.campaign_sheet import Sheet
from web.console.campaigns import names
from web.language import gettext as _
from web.rendering import render, see_other

PARTS = {
    "name": "名称",
    "channel": "渠道",
    "tree": "受众",
    "control_percent": "对照组",
    "starts_at": "发送时间",
    "late_minutes": "最多可迟发",
    "steps": "内容",
    "details": "活动安排",
    "products": "产品",
    "variants": "对照版本",
    "fallbacks": "备用渠道",
    "spread_minutes": "分散发送",
    "priority": "优先级",
    "goal": "目标",
    "goal_days": "目标",
    "guardrails": "护栏指标",
    "repeats": "重复",
}
OTHERS = "其他设置"


async def autosave(request: Request) -> Response:
    """POST /campaigns/{id}/autosave: what stands on the screen, saved if it can be, else why not."""
    campaign = await campaign_editor.editable(request)
    sheet, _act = await campaign_editor.typed(request, campaign)
    found: dict[str, Any] = {"quiet": "", "conflict": None, "parts": [], "checked": None}
    try:
        saved = await campaign_editor.keep(request, campaign, sheet, is_auto=True)
        sheet.version = saved.version
        found |= await _checked(saved, sheet)
    except Refused as refusal:
        if refusal.code == "campaign.version":
            found |= await conflict(campaign, sheet)
        else:
            found["quiet"] = refusal.message
    context = {"campaign": campaign, "sheet": sheet, "saved": await drafting_history.newest(campaign.id), **found}
    return render(request, "console/campaigns/autosave.html", **context)


async def _checked(campaign: Campaign, sheet: Sheet) -> dict[str, Any]:
    """The checklist and the bar of steps as they are after this save."""
    checked, people = await preflight.check(campaign), await reaching.people(campaign)
    reach = editor_page.Reach("", people, [], "")
    todo = editor_page.todo(sheet, reach, await editor_page.step_findings(campaign, sheet), checked)
    return {"checked": checked, "people": people, "todo": todo, "kind": registry.KINDS[campaign.kind]}


async def conflict(campaign: Campaign, sheet: Sheet) -> dict[str, Any]:
    """Who changed the campaign since the sheet was opened, when, and which parts."""
    changed = await drafting_history.changed_since(campaign.id, sheet.version)
    return {"conflict": await drafting_history.newest(campaign.id), "parts": parts(changed)}


def parts(changed: set[str]) -> list[str]:
    """What parts of a draft are called, in the order of the editor."""
    known = [_(label) for name, label in PARTS.items() if name in changed]
    return list(dict.fromkeys(known + ([_(OTHERS)] if changed - PARTS.keys() else [])))


async def show(request: Request) -> Response:
    """GET /campaigns/{id}/versions"""
    person = session.signed_in(request)
    campaign = await listing.get(request.path_params["id"], person)
    may_edit = permissions.may(person, "campaigns.edit") and await listing.may_change(campaign, person)
    return render(
        request,
        "console/campaigns/history.html",
        campaign=campaign,
        rows=_rows(await drafting_history.of(campaign.id)),
        can_edit=may_edit and lifecycle.may("edit", campaign.state),
        **names(),
    )


async def restore(request: Request) -> Response:
    """POST /campaigns/{id}/versions/{version}/restoration"""
    number, version = request.path_params["id"], request.path_params["version"]
    seen = numbers.row_id(str((await request.form()).get("seen", ""))) or 0
    before = (await listing.get(number, session.signed_in(request))).state
    campaign = await drafting_restoring.restore(number, version, session.signed_in(request), seen)
    said = _("已恢复到第 %(n)s 版") % {"n": version}
    if before != campaign.state:
        said += _("；原有的审批已作废，需要重新提交")
    return see_other(request, "campaign_editor", id=campaign.id, notice=said)


def _rows(kept: list[DraftVersion]) -> list[tuple[DraftVersion, list[str], bool]]:
    """Each version with what it changed against the one before, the newest first."""
    before: list[DraftVersion | None] = [*kept[1:], None][: len(kept)]
    return [
        (row, parts(drafting_history.changes(last.contents, row.contents)) if last else [], row is kept[0])
        for row, last in zip(kept, before, strict=True)
    ]
