"""All that whoever decides about a campaign answers for: people, texts by line, plan, findings, what changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from campaigns.audience import describing, segments
from campaigns.audience.segments import Waterfall
from campaigns.content import attaching, rules, wording
from campaigns.kinds import registry
from campaigns.planning import drafting, fingerprint, listing, preflight, products, reaching
from campaigns.planning.models import Campaign
from community.suitability import rule
from community.suitability.products import CLASS_NAMES
from staff import approval_reading
from staff.models import Approval, Staff
from web.console import campaign_terms, content_diff, kind_details, marking, message_preview
from web.console.campaigns import names
from web.console.marking import Line
from web.language import gettext as _

SUITABILITY = (*rule.REASONS, "kyc_flagged", "kyc_expired")
"""Reasons of the waterfall that are about products and papers, not about channels or caps."""


class Text(NamedTuple):
    """One message of the campaign by its lines, with what the rules find on each."""

    anchor: str
    label: str
    lines: list[Line]


class Suitability(NamedTuple):
    """The products with their levels, how many may hear of them, and how many are left out for what reason."""

    products: list[dict[str, Any]]
    fit: int
    unfit: int
    reasons: list[Any]


async def parts(asked: Approval, person: Staff) -> dict[str, Any]:
    """What the page of a campaign's question shows besides the question itself."""
    campaign = await listing.get(asked.subject_id, person)
    chosen = registry.KINDS[campaign.kind]
    audience = await listing.audience_of(campaign)
    draft = await drafting.read(campaign)
    people = await message_preview.samples([] if chosen.is_open else await segments.sample(audience, person))
    looked_at = [people[0], people[-1]] if len(people) > 1 else people
    labels = {plan.code: plan.label for plan in chosen.steps}
    await rules.refresh()
    people_reached = await reaching.people(campaign)
    return {
        "campaign": campaign,
        "kind": chosen,
        "phones": [(one, message_preview.bubbles(chosen, draft.steps, one.values)) for one in looked_at],
        "sentence": await describing.describe(campaign.conditions),
        "people": people_reached,
        "details": await kind_details.facts(draft.details) + await campaign_terms.facts(campaign),
        "checked": await preflight.check(campaign),
        "carried": {step.code: await attaching.of_ids(step.pieces) for step in draft.steps},
        "texts": [
            Text(step.code, labels.get(step.code, ""), marking.lines(step.text, wording.check(step.text, step.code)))
            for step in draft.steps
            if step.text
        ],
        "suitability": _suitability(people_reached, await products.contents(campaign)),
        "rules_version": rules.standing().version,
        "class_names": CLASS_NAMES,
        **await _difference(asked, campaign, labels),
        **names(),
    }


async def said(asked: Approval) -> str:
    """The sentence after the last yes."""
    campaign = await Campaign.get(id=asked.subject_id)
    return _("已批准，到开始时间自动发送") if campaign.starts_at else _("已批准，等制作人手动开始")


def _suitability(people: Waterfall, chosen: list[dict[str, Any]]) -> Suitability:
    left_out = [line for line in people.exclusions if line.reason in SUITABILITY]
    return Suitability(chosen, people.due, sum(line.clients for line in left_out), left_out)


async def _difference(asked: Approval, campaign: Campaign, labels: dict[str, str]) -> dict[str, Any]:
    """Against the last version that was approved, when there was one."""
    before = await approval_reading.last_approved(asked.subject, asked.subject_id, before_id=asked.id)
    old = before.summary.get("contents") if before else None
    if not before or not old:
        return {"earlier": None, "changes": []}
    new = await fingerprint.contents(campaign)
    changes = content_diff.changes(old, new, labels)
    if old.get("conditions") != new["conditions"]:
        was, now = await describing.describe(old.get("conditions") or {}), await describing.describe(new["conditions"])
        changes.insert(0, content_diff.Change("人群条件", content_diff.pieces(was, now)))
    return {"earlier": before, "changes": changes}
