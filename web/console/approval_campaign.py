"""All that whoever decides about a campaign answers for: people, texts by line, plan, findings, what changed."""

from __future__ import annotations

from typing import Any, NamedTuple

from campaigns.audience import describing, segments
from campaigns.kinds import registry
from campaigns.planning import drafting, fingerprint, listing, preflight, reaching
from campaigns.planning.models import Campaign
from staff import approval_reading
from staff.models import Approval, Staff
from web.console import campaign_terms, content_diff, kind_details, message_preview
from web.console.campaigns import names
from web.language import gettext as _


class Text(NamedTuple):
    """One message of the campaign by its lines: number and text."""

    anchor: str
    label: str
    lines: list[tuple[int, str]]


async def parts(asked: Approval, person: Staff) -> dict[str, Any]:
    """What the page of a campaign's question shows besides the question itself."""
    campaign = await listing.get(asked.subject_id, person)
    chosen = registry.KINDS[campaign.kind]
    audience = await listing.audience_of(campaign)
    draft = await drafting.read(campaign)
    people = await message_preview.samples([] if chosen.is_open else await segments.sample(audience, person))
    looked_at = [people[0], people[-1]] if len(people) > 1 else people
    labels = {plan.code: plan.label for plan in chosen.steps}
    return {
        "campaign": campaign,
        "kind": chosen,
        "phones": [(one, message_preview.bubbles(chosen, draft.steps, one.values)) for one in looked_at],
        "sentence": await describing.describe(campaign.conditions),
        "people": await reaching.people(campaign),
        "details": await kind_details.facts(draft.details) + await campaign_terms.facts(campaign),
        "checked": await preflight.check(campaign),
        "texts": [Text(step.code, labels.get(step.code, ""), lines_of(step.text)) for step in draft.steps if step.text],
        **await _difference(asked, campaign, labels),
        **names(),
    }


async def said(asked: Approval) -> str:
    """The sentence after the last yes."""
    campaign = await Campaign.get(id=asked.subject_id)
    return _("已批准，到开始时间自动发送") if campaign.starts_at else _("已批准，等制作人手动开始")


def lines_of(text: str) -> list[tuple[int, str]]:
    """The lines of a text that have something on them, counted from 1 over all of them."""
    return [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]


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
