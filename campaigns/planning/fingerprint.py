"""The digest of everything an approver answers for; if one character of it changes, the approval is void."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from typing import Any

from campaigns.planning import kind
from campaigns.planning.models import Campaign, Step
from staff.models import Staff


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
        "scope": await _scope(campaign),
        "steps": [
            {
                "code": step.code,
                "text": step.text,
                "link_title": step.link_title,
                "link_url": step.link_url,
                "who": step.who,
            }
            for step in steps
        ],
        "details": await kind.of(campaign.kind).details(campaign),
    }


def digest(value: dict[str, Any]) -> str:
    """SHA-256 of the canonical JSON: keys sorted, no spaces, text as it is."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


async def of(campaign: Campaign) -> str:
    """The digest of a campaign as it stands; pages carry it as `seen_hash`."""
    return digest(await contents(campaign))


async def _scope(campaign: Campaign) -> dict[str, Any]:
    # whose clients the conditions choose from follows the author's place in the bank: it must not grow after the word
    author = await Staff.get(id=campaign.author_id)
    return {"only_own_clients": author.role == "director", "branch": author.branch_id}
