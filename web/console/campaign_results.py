"""What came of one campaign in every cut, what it cost, who got what; and what somebody decided in view of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from campaigns.delivery import costs, experiments, lift, receiving, responses, results
from campaigns.planning import costing, listing, variants
from campaigns.planning.models import Campaign
from kernel.errors import Refused
from loyalty.metrics.intervals import Interval
from loyalty.metrics.measuring import ReturnFigures
from loyalty.tiers import directory
from staff import permissions
from staff.models import Staff
from web import formats, forms, paging, session, words
from web.language import gettext as _
from web.rendering import render, see_other

MOST_YUAN = 100_000_000


@dataclass(frozen=True)
class Wanted:
    """How the people are cut, and whose outcome is looked at; empty: the first cut, everybody."""

    by: str = forms.field("划分", default="variant", longest=10)
    outcome: str = forms.field("结果", default="", longest=12)


@dataclass(frozen=True)
class CostForm:
    """The cost in yuan, to the fen."""

    cost: Decimal = forms.field("活动成本", least=Decimal(0), most=Decimal(MOST_YUAN))


@dataclass(frozen=True)
class VerdictForm:
    """What follows from the result, and why."""

    choice: str = forms.field("结论", longest=8, default="")
    note: str = forms.field("理由", longest=experiments.LONGEST, default="")


async def show(request: Request) -> Response:
    """GET /campaigns/{id}/results"""
    campaign = await _find(request)
    return await _page(request, campaign)


async def enter_cost(request: Request) -> Response:
    """POST /campaigns/{id}/cost"""
    campaign = await _find(request)
    reading = await forms.attempt(request, CostForm)
    if reading.form is None:
        return await _page(request, campaign, reading.values, reading.errors, status=422)
    try:
        await costing.enter(campaign.id, int(reading.form.cost * 100), session.signed_in(request))
    except Refused as refusal:
        return await _page(request, campaign, reading.values, {"cost": refusal.message}, status=refusal.status)
    return see_other(request, "campaign_results", id=campaign.id, notice=_("已记下活动成本"))


async def decide(request: Request) -> Response:
    """POST /campaigns/{id}/verdict"""
    campaign = await _find(request)
    reading = await forms.attempt(request, VerdictForm)
    if reading.form is None:
        return await _page(request, campaign, reading.values, reading.errors, status=422)
    try:
        await experiments.decide(campaign.id, reading.form.choice, reading.form.note, session.signed_in(request))
    except Refused as refusal:
        return await _page(request, campaign, reading.values, {"note": refusal.message}, status=refusal.status)
    return see_other(request, "campaign_results", id=campaign.id, notice=_("已记下结论和当时的数字"))


async def people(request: Request) -> Response:
    """GET /campaigns/{id}/people"""
    campaign, person = await _find(request), session.signed_in(request)
    wanted = forms.query(request, Wanted)
    outcome = wanted.outcome if wanted.outcome in receiving.OUTCOMES else ""
    counts = await receiving.counts(campaign, person)
    page = paging.read(request, counts.get(outcome, 0) if outcome else sum(counts.values()), size=receiving.PAGE)
    return render(
        request,
        "console/results/people.html",
        campaign=campaign,
        rows=await receiving.people(campaign, person, outcome, page.offset, page.size),
        page_of_rows=page,
        outcome=outcome,
        counts=counts,
        outcomes={code: label for code, (_rank, label) in receiving.OUTCOMES.items()},
        channel_names=words.CHANNELS,
        states=words.SEND_STATES,
        tones=words.SEND_TONES,
    )


async def _find(request: Request) -> Campaign:
    return await listing.get(request.path_params["id"], session.signed_in(request))


async def _page(
    request: Request,
    campaign: Campaign,
    values: dict[str, Any] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response:
    person = session.signed_in(request)
    asked = forms.query(request, Wanted).by
    cut = asked if asked in responses.CUTS else "variant"
    parts, returned = await responses.by(campaign, cut, person), await lift.of(campaign)
    # figures of returns are of the whole campaign: whoever sees only a part of the clients gets no cut of them
    names = [one.name for one in parts] if person.reach == "bank" else []
    by_part = await lift.by(campaign, cut, names)
    labels = await _labels(campaign, cut)
    yuan = {} if campaign.cost_fen is None else {"cost": Decimal(campaign.cost_fen) / 100}
    return render(
        request,
        "console/results/show.html",
        status=status,
        campaign=campaign,
        cut=cut,
        cuts=[(code, _(one.label)) for code, one in responses.CUTS.items()],
        parts=parts,
        labels=labels,
        chart=_chart(((one.name, one.difference) for one in parts), labels),
        by_part=by_part,
        return_chart=_chart(((name, one.clients.difference) for name, one in by_part.items()), labels),
        versus=[(one, responses.between(one, parts[0])) for one in parts[1:]] if cut == "variant" else [],
        days=results.WATCH_DAYS,
        returned=returned,
        cost=_cost(campaign, returned),
        verdicts=await experiments.verdicts(campaign.id),
        choices=[(code, _(label)) for code, label in experiments.CHOICES.items()],
        choice_names=experiments.CHOICES,
        values=yuan | (values or {}),
        errors=errors or {},
        may_edit=await _may_edit(campaign, person),
    )


async def _may_edit(campaign: Campaign, person: Staff) -> bool:
    return permissions.may(person, "campaigns.edit") and await listing.may_change(campaign, person)


async def _labels(campaign: Campaign, cut: str) -> dict[str, str]:
    """What parts are called where their code says nothing."""
    nothing = {"": _("未填写")}
    if cut == "variant":
        return nothing | {one.code: f"{one.code} {one.label}".strip() for one in await variants.of(campaign.id)}
    if cut == "tier":
        return nothing | await directory.tier_names()
    return nothing


def _chart(differences: Iterable[tuple[str, Interval | None]], labels: dict[str, str]) -> dict[str, Any]:
    """Differences to the control group, one line per part that can be compared."""
    rows = [
        {"name": labels.get(name, name), "value": 100 * one.estimate, "low": 100 * one.low, "high": 100 * one.high}
        for name, one in differences
        if one is not None
    ]
    return {"unit": _("个百分点"), "rows": rows[: lift.MOST_PARTS]}


def _cost(campaign: Campaign, returned: ReturnFigures | None) -> dict[str, str] | None:
    found = costs.per_return(campaign.cost_fen, returned.treated, returned.amount) if returned else None
    if found is None:
        return None
    return {
        "returned": formats.money(found.returned_fen, "short"),
        "per_wan": formats.money(found.per_wan_fen),
        "low": formats.money(found.per_wan_low_fen),
        "high": formats.money(found.per_wan_high_fen),
    }
