"""The renderer of a journey's sends: a chunk of keys in, texts by send out, all from the approved versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campaigns.journeys import definition, rereading, steadiness, wording
from campaigns.journeys.models import Journey, JourneyVersion
from community.sending import rendering
from community.sending.leases import Leased
from kernel import database

PREFIX = "journey:"


async def render(rows: Sequence[Leased]) -> Mapping[int, str]:
    """Texts for sends whose key is journey:<id>:<version>:<entry>:<step>; of an altered or forbidden one nothing."""
    chunks: dict[tuple[int, int, str], list[Leased]] = {}
    for row in rows:
        _prefix, journey, version_number, _entry, code = row.key.split(":")
        if row.client_id is not None:
            chunks.setdefault((int(journey), int(version_number), code), []).append(row)
    found: dict[int, str] = {}
    for (journey_id, number, code), some in chunks.items():
        version = await JourneyVersion.get(journey_id=journey_id, number=number)
        if not await _may_be_said(version):
            continue
        params = definition.nodes(version.contents["definition"])[code].params
        own = await wording.addresses(params, journey_id, code, some)
        texts = await wording.texts(params, [row.client_id for row in some if row.client_id is not None], own)
        found.update({row.id: texts[row.client_id] for row in some if row.client_id is not None})
    return found


async def _may_be_said(version: JourneyVersion) -> bool:
    async with database.transaction():
        journey = await Journey.get(id=version.journey_id)
        return await steadiness.is_as_approved(journey, version) and await rereading.is_allowed(journey, version)


rendering.register(PREFIX, render)
