"""Every save of a draft as it was: who, when and what it said, so that nothing typed is lost and all can be undone."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from campaigns.planning.models import DraftVersion
from kernel import clock
from staff.models import Staff

TOGETHER = timedelta(minutes=10)
"""Saves while typing within so long of each other are one version: nobody looks for a single word."""
MOST = 60


def plain(draft: Any) -> dict[str, Any]:
    """A draft as it is kept: a dataclass in plain JSON."""
    found: dict[str, Any] = _plain(dataclasses.asdict(draft))
    return found


async def keep(campaign_id: int, version: int, contents: dict[str, Any], by: Staff, *, is_auto: bool) -> None:
    """Keep one save (inside the caller's transaction); the oldest of very many are let go."""
    last = await DraftVersion.filter(campaign_id=campaign_id).order_by("-version").first()
    is_next = last is not None and last.is_auto and last.by_id == by.id and clock.now() - last.saved_at < TOGETHER
    if last is not None and is_auto and is_next:
        last.version, last.contents, last.saved_at = version, contents, clock.now()
        await last.save()
        return
    await DraftVersion.create(
        campaign_id=campaign_id, version=version, by_id=by.id, is_auto=is_auto, saved_at=clock.now(), contents=contents
    )
    for old in await DraftVersion.filter(campaign_id=campaign_id).order_by("-version").offset(MOST):
        await old.delete()


async def of(campaign_id: int) -> list[DraftVersion]:
    """All versions that are kept, the newest first, with who saved them."""
    return await DraftVersion.filter(campaign_id=campaign_id).order_by("-version").prefetch_related("by")


async def newest(campaign_id: int) -> DraftVersion | None:
    """The last save."""
    return await DraftVersion.filter(campaign_id=campaign_id).order_by("-version").prefetch_related("by").first()


async def changed_since(campaign_id: int, version: int) -> set[str]:
    """Names of the parts that differ between what was seen and what is saved now; empty when that can't be told."""
    seen = await DraftVersion.filter(campaign_id=campaign_id, version__lte=version).order_by("-version").first()
    now = await newest(campaign_id)
    return changes(seen.contents, now.contents) if seen is not None and now is not None else set()


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """Names of the parts of a draft that differ. Pure."""
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
