"""The digest of everything an approver answers for; if one character of it changes, the approval is void."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from campaigns.audience import conditions, including
from campaigns.planning import goals, kind, pilots, products, variants
from campaigns.planning.models import Campaign, Step
from community.sending import policies
from kernel import clock, signing
from staff import delegations, organisation, scope
from staff.models import Staff

PLAIN_PRIORITY = 3


async def contents(campaign: Campaign) -> dict[str, Any]:
    """All that decides what is said to whom and when, in plain JSON."""
    steps = await Step.filter(campaign_id=campaign.id).order_by("position", "id")
    return {
        "kind": campaign.kind,
        "name": campaign.name,
        "channel": campaign.channel,
        "conditions": campaign.conditions,
        "control_percent": campaign.control_percent,
        "salt": campaign.salt,
        # one moment has one spelling, whatever zone it was typed in
        "starts_at": campaign.starts_at.astimezone(UTC).isoformat() if campaign.starts_at else None,
        "late_minutes": campaign.late_minutes,
        "branch": campaign.branch_id,
        "author": campaign.author_id,
        "scope": await scope_of(campaign.author_id, campaign.conditions),
        "steps": [step_contents(step) for step in steps],
        "details": await kind.of(campaign.kind).details(campaign),
        "products": await products.contents(campaign),
        "limits": policies.told(await limits(campaign)),
        **await _beyond_the_plain(campaign),
    }


def step_contents(step: Step) -> dict[str, Any]:
    """What is approved of one message; a piece of the library by its number, because a version of it never changes."""
    carried = {"pieces": step.pieces} if step.pieces else {}
    return {
        "code": step.code,
        "text": step.text,
        "link_title": step.link_title,
        "link_url": step.link_url,
        "who": step.who,
        **carried,
    }


async def _beyond_the_plain(campaign: Campaign) -> dict[str, Any]:
    # only what a campaign uses: what was approved before these existed keeps its digest
    found = {
        "variants": await variants.contents(campaign.id),
        "fallbacks": campaign.fallbacks,
        "spread_minutes": campaign.spread_minutes,
        "priority": campaign.priority if campaign.priority != PLAIN_PRIORITY else 0,
        "goal": [campaign.goal, campaign.goal_days] if (campaign.goal, campaign.goal_days) != goals.PLAIN else None,
        "guardrails": campaign.guardrails,
        "repeats": campaign.repeats,
        "pilot": pilots.contents(campaign),
    }
    return {name: value for name, value in found.items() if value}


def digest(value: dict[str, Any]) -> str:
    """The hash of the contents, as it stands in the question and in the campaign."""
    return signing.content_hash(value)


async def of(campaign: Campaign) -> str:
    """The digest of a campaign as it stands; pages carry it as `seen_hash`."""
    return digest(await contents(campaign))


async def of_series(campaign: Campaign, first: Campaign) -> str:
    """The digest of an occurrence as its series was approved: only the day, the draw and its name are its own."""
    found, approved = await contents(campaign), await _beyond_the_plain(first)
    own = {"starts_at": first.starts_at.astimezone(UTC).isoformat() if first.starts_at else None}
    return digest(found | own | {"salt": first.salt, "name": first.name, "repeats": approved.get("repeats")})


async def limits(campaign: Campaign) -> policies.Policy:
    """Caps and quiet hours of the day of its start: what is approved under them is not sent under looser ones."""
    return await policies.in_force(clock.local(campaign.starts_at).date() if campaign.starts_at else None)


async def scope_of(author_id: int, conditions_tree: conditions.Tree) -> dict[str, Any]:
    """From whose clients the conditions choose: it follows the author's place in the bank and must not grow unseen.

    Neither by another reach, a move, a unit that comes under the author's, nor somebody whom the author stands in for.
    """
    author = await Staff.get(id=author_id)
    units = await scope.units_of(author)
    return {
        "reach": author.reach,
        "unit": author.branch_id,
        "units": None if units is None else sorted(units),
        # what the conditions name: a unit stands for all under it on the day of the word
        "named": await organisation.below(await _named_units(conditions_tree)),
        "own": None
        if units is None
        else sorted([author.id, *(one.id for one in await delegations.stands_in_for(author))]),
    }


async def _named_units(tree: conditions.Tree) -> list[int]:
    named = (leaf["value"] for leaf in await including.all_leaves(tree) if leaf.get("field") == "branch")
    return sorted({number for numbers in named for number in numbers})
