"""The text of a campaign's message for each client, made at the moment of sending and never stored before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content import notices, personalising, placeholders
from campaigns.delivery import approved_texts
from campaigns.planning import kind
from campaigns.planning.models import Campaign, Step
from community.sending import rendering
from community.sending.leases import Leased

PREFIX = "c"


async def texts_for(campaign: Campaign, step: Step, client_ids: Sequence[int]) -> dict[int, str]:
    """The finished text by client: placeholders filled, required notices added. Also serves the preview."""
    needed = placeholders.used(step.text)
    chosen = kind.of(campaign.kind)
    links = await chosen.links(campaign, step, client_ids) if "活动链接" in needed else {}
    purpose = chosen.step(step.code).purpose
    values = await personalising.values(client_ids, needed, links) if needed else {}
    return {
        client_id: notices.complete(placeholders.render(step.text, values.get(client_id, {})), purpose)
        for client_id in client_ids
    }


def attachments(campaign: Campaign, step: Step) -> list[dict[str, Any]]:
    """The link card of a step, the same for everybody; a text that carries the link itself needs none."""
    if not step.link_url or "活动链接" in placeholders.used(step.text):
        return []
    return [{"kind": "link", "title": step.link_title or campaign.name, "url": step.link_url}]


async def render(rows: Sequence[Leased]) -> Mapping[int, str]:
    """The renderer of the ledger for keys that begin with `c`: a chunk of sends in, texts by send out.

    A step that says something else than what was approved is held: its sends wait again.
    """
    chunks: dict[tuple[int, str], list[Leased]] = {}
    for row in rows:
        if row.campaign_id is not None and row.client_id is not None:
            chunks.setdefault((row.campaign_id, row.step), []).append(row)
    found: dict[int, str] = {}
    for (campaign_id, code), some in chunks.items():
        campaign = await Campaign.get(id=campaign_id)
        step = await Step.get(campaign_id=campaign_id, code=code)
        if await approved_texts.is_altered(campaign, step):
            await approved_texts.hold(campaign, step)
            continue
        texts = await texts_for(campaign, step, [row.client_id for row in some if row.client_id is not None])
        found.update({row.id: texts[row.client_id] for row in some if row.client_id is not None})
    return found


rendering.register(PREFIX, render)
