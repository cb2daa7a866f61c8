"""The second person's desk: what waits, everything that an approver answers for, and the word itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from starlette.requests import Request
from starlette.responses import Response

from campaigns.audience import describing, segments
from campaigns.kinds import registry
from campaigns.planning import approval, drafting, fingerprint, listing, preflight
from campaigns.planning.models import Campaign
from kernel.errors import NotFound, Refused
from staff import approval_reading, approval_rights, approvals
from staff.models import Approval, Staff
from web import forms, session
from web.console import content_diff, kind_details, message_preview
from web.console.campaigns import names
from web.language import gettext as _
from web.rendering import render, see_other

STATES = {
    "waiting": ("待审批", "review"),
    "approved": ("已批准", "good"),
    "returned": ("已退回", "bad"),
    "void": ("已作废", ""),
    "withdrawn": ("已撤回", ""),
}


@dataclass(frozen=True)
class DecisionForm:
    """The word on exactly what was seen."""

    word: Literal["approve", "return"] = forms.field("决定")
    seen_hash: str = forms.field("内容", longest=64)
    note: str = forms.field("意见", longest=1000, default="")


async def index(request: Request) -> Response:
    """GET /approvals"""
    person = session.signed_in(request)
    return render(
        request,
        "console/approvals/list.html",
        waiting=await approval_reading.waiting_for(person),
        others=await approval_reading.waiting_for_others(person),
        decided=await approval_reading.decided(person),
        states=STATES,
    )


async def show(request: Request) -> Response:
    """GET /approvals/{id}"""
    return await _page(request, await _find(request))


async def decide(request: Request) -> Response:
    """POST /approvals/{id}/decision"""
    asked = await _find(request)
    person = session.signed_in(request)
    form = await forms.read(request, DecisionForm)
    try:
        approvals.refuse_unless_waiting(asked)
        if form.word == "return":
            await approval.give_back(asked.subject_id, form.note, person)
            return see_other(request, "approvals", notice=_("已退回给制作人，附上了您的意见"), tone="warn")
        campaign = await approval.approve(asked.subject_id, person, form.seen_hash)
    except Refused as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(request, await _find(request), problem=refusal, note=form.note)
    said = _("已批准，到开始时间自动发送") if campaign.starts_at else _("已批准，等制作人手动开始")
    return see_other(request, "approvals", notice=said)


async def _find(request: Request) -> Approval:
    found = await approval_reading.get(request.path_params["id"], session.signed_in(request))
    if found is None or found.subject != drafting.SUBJECT:
        raise NotFound
    return found


async def _page(request: Request, asked: Approval, *, problem: Refused | None = None, note: str = "") -> Response:
    person = session.signed_in(request)
    campaign = await listing.get(asked.subject_id, person)
    content_hash = await fingerprint.of(campaign)
    return render(
        request,
        "console/approvals/show.html",
        status=problem.status if problem else 200,
        asked=asked,
        campaign=campaign,
        seen_hash=content_hash,
        is_current=content_hash == asked.content_hash,
        may_decide=await approval.may_decide(campaign, person) and asked.state == "waiting",
        is_maker=approval_rights.is_maker(asked, person),
        problem=problem,
        note=note,
        states=STATES,
        **await _what(campaign, person),
        **await _difference(asked, campaign),
        **names(),
    )


async def _what(campaign: Campaign, person: Staff) -> dict[str, Any]:
    """All that the approver answers for."""
    chosen = registry.KINDS[campaign.kind]
    audience = await listing.audience_of(campaign)
    draft = await drafting.read(campaign)
    people = await message_preview.samples(await segments.sample(audience, person))
    looked_at = [people[0], people[-1]] if len(people) > 1 else people
    return {
        "kind": chosen,
        "phones": [(one, message_preview.bubbles(chosen, draft.steps, one.values)) for one in looked_at],
        "sentence": await describing.describe(campaign.conditions),
        "people": await segments.waterfall(audience),
        "details": await kind_details.facts(draft.details),
        "checked": await preflight.check(campaign),
    }


async def _difference(asked: Approval, campaign: Campaign) -> dict[str, Any]:
    """Against the last version that was approved, when there was one."""
    before = await approval_reading.last_approved(asked.subject, asked.subject_id, before_id=asked.id)
    old = before.summary.get("contents") if before else None
    if not before or not old:
        return {"earlier": None, "changes": []}
    new = await fingerprint.contents(campaign)
    labels = {plan.code: plan.label for plan in registry.KINDS[campaign.kind].steps}
    changes = content_diff.changes(old, new, labels)
    if old.get("conditions") != new["conditions"]:
        was, now = await describing.describe(old.get("conditions") or {}), await describing.describe(new["conditions"])
        changes.insert(0, content_diff.Change("人群条件", content_diff.pieces(was, now)))
    return {"earlier": before, "changes": changes}
