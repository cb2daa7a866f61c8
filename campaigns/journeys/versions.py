"""Versions of a journey: what is put to other people, what is live, and how the next one takes the new entrants."""

from __future__ import annotations

from typing import Any

from campaigns.content import rules as wording_rules
from campaigns.journeys import definition, floors
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.planning import fingerprint
from community.sending import policies, streams
from community.suitability import products
from kernel import clock, signing
from loyalty.rewards.models import Benefit


async def contents(journey: Journey) -> dict[str, Any]:
    """All that decides what is done to whom and when, in plain JSON: what an approver answers for."""
    rules = journey.draft
    chosen = await products.of_codes(rules["products"])
    return {
        "name": journey.name,
        "definition": rules,
        "salt": journey.salt,
        "branch": journey.branch_id,
        "author": journey.author_id,
        "scope": await fingerprint.scope_of(journey.author_id, rules["conditions"]),
        "products": [
            {"code": one.code, "name": one.name, "class": one.product_class, "level": products.level(one)}
            for one in chosen
        ],
        "benefits": await _benefits(rules),
        "limits": policies.told(await policies.in_force()),
    }


async def of(journey: Journey) -> str:
    """The digest of the draft as it stands."""
    return signing.content_hash(await contents(journey))


async def live(journey_id: int) -> JourneyVersion | None:
    """The version that takes new entrants; None before the first approval."""
    return await JourneyVersion.filter(journey_id=journey_id, retired_at=None, approved_at__isnull=False).first()


async def approved(journey_id: int) -> list[JourneyVersion]:
    """All versions that ever ran, the newest first."""
    return await JourneyVersion.filter(journey_id=journey_id, approved_at__isnull=False).order_by("-number")


async def publish(journey: Journey, version: JourneyVersion) -> None:
    """With the last yes: from now on new entrants pass this version, who is inside stays with the older one.

    Inside the approval's transaction, the journey's row locked. The first version also starts the journey.
    """
    now = clock.now()
    earlier = await approved(journey.id)
    await JourneyVersion.filter(journey_id=journey.id, approved_at__isnull=False, retired_at=None).update(
        retired_at=now
    )
    version.number = (earlier[0].number or 0) + 1 if earlier else 1
    version.stream_id = await streams.open_stream(
        f"旅程 {journey.id} 第 {version.number} 版",
        products=journey.draft["products"],
        limits=policies.read(version.contents["limits"]),
        rules_version=(await wording_rules.refresh()).version,
    )
    version.approved_at = now
    await version.save()
    journey.review = "approved"
    if journey.state == "draft":
        journey.state, journey.started_at = "running", now
        await floors.begin(journey)
    if journey.state == "paused":
        await streams.close_stream(version.stream_id, journey.hold_reason or "旅程已暂停")
    await journey.save()


async def stream_ids(journey_id: int) -> list[int]:
    """The taps of all versions that ever ran."""
    return [one.stream_id for one in await approved(journey_id) if one.stream_id is not None]


async def _benefits(rules: dict[str, Any]) -> list[list[Any]]:
    # a benefit that becomes another one, or another partner's, is another question
    ids = {one.step["params"]["benefit"] for one in definition.steps_of(rules) if one.step["kind"] == "benefit"}
    rows = await Benefit.filter(id__in=sorted(ids)).order_by("id") if ids else []
    return [[one.id, one.code, one.name, one.value_fen, one.partner] for one in rows]
