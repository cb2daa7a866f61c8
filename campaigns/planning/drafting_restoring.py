"""Going back to an earlier version of a draft: it is saved anew, as if it had been typed again."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from campaigns.planning import drafting, listing
from campaigns.planning.drafting import Draft, StepText
from campaigns.planning.models import Campaign, DraftVersion
from campaigns.planning.variants import Version
from kernel import database
from kernel.errors import NotFound
from staff import audit
from staff.models import Staff


async def restore(campaign_id: int, version: int, by: Staff, seen_version: int) -> Campaign:
    """Save what an earlier version said over the one that was seen; nothing in between is lost.

    NotFound: no such version is kept. Refused: as for every save.
    """
    await listing.get(campaign_id, by)
    kept = await DraftVersion.get_or_none(campaign_id=campaign_id, version=version)
    if kept is None:
        raise NotFound()
    async with database.transaction():
        campaign = await drafting.save(campaign_id, of(kept.contents), by, seen_version)
        await audit.record(by, "campaign.restored", drafting.SUBJECT, campaign_id, version=version)
    return campaign


def of(contents: Mapping[str, Any]) -> Draft:
    """The draft that was kept; what did not exist then is as it is where nobody chooses."""
    known = {part.name for part in dataclasses.fields(Draft)}
    found: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in contents.items() if name in known
    }
    at = found.get("starts_at")
    found["starts_at"] = datetime.fromisoformat(at) if at else None
    found["steps"] = tuple(_made(StepText, one) for one in found.get("steps", ()))
    found["variants"] = tuple(_made(Version, one) for one in found.get("variants", ()))
    return Draft(**found)


def _made(kind: Any, values: Mapping[str, Any]) -> Any:
    known = {part.name for part in dataclasses.fields(kind)}
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known})
