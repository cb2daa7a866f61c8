"""The text of a campaign's message for each client, made at the moment of sending and never stored before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content import notices, personalising, placeholders
from campaigns.delivery import approved_texts
from campaigns.planning import kind, variants
from campaigns.planning.models import Campaign, Step, Variant
from community.sending import rendering
from community.sending.leases import Leased
from kernel import database

PREFIX = "c"
DRAWN = """
SELECT client_id::text AS who, variant FROM delivery WHERE campaign_id = $1 AND client_id = ANY($2::bigint[])
UNION ALL SELECT recipient, variant FROM target WHERE campaign_id = $1 AND recipient = ANY($3::text[])
"""


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


async def attachments_by_variant(campaign: Campaign, step: Step) -> dict[str, list[dict[str, Any]]]:
    """The attachments of a step by version; "A" is what the step itself says."""
    found = {"A": attachments(campaign, step)}
    for one in (await variants.of(campaign.id))[1:]:
        found[one.code] = attachments(campaign, variants.in_words(step, one))
    return found


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
        if row.campaign_id is not None:
            chunks.setdefault((row.campaign_id, row.step), []).append(row)
    found: dict[int, str] = {}
    for (campaign_id, code), some in chunks.items():
        campaign = await Campaign.get(id=campaign_id)
        step = await Step.get(campaign_id=campaign_id, code=code)
        if await approved_texts.is_altered(campaign, step):
            await approved_texts.hold(campaign, step)
            continue
        for version, alike in (await _by_version(campaign, some)).items():
            said = variants.in_words(step, version)
            texts = await texts_for(campaign, said, [row.client_id for row in alike if row.client_id is not None])
            plain = notices.complete(said.text, kind.of(campaign.kind).step(code).purpose)
            found.update({row.id: texts[row.client_id] if row.client_id else plain for row in alike})
    return found


async def _by_version(campaign: Campaign, rows: Sequence[Leased]) -> dict[Variant | None, list[Leased]]:
    """The rows by the version that was drawn for them at the freeze."""
    versions = {one.code: one for one in await variants.of(campaign.id)}
    if not versions:
        return {None: list(rows)}
    drawn = await database.fetch(
        DRAWN, campaign.id, [row.client_id for row in rows if row.client_id], [row.recipient for row in rows]
    )
    code_of = {row["who"]: row["variant"] for row in drawn}
    found: dict[Variant | None, list[Leased]] = {}
    for row in rows:
        code = code_of.get(str(row.client_id) if row.client_id else row.recipient, "")
        # whoever joined a drawn client later, by a merge, has that client's version; without a draw it is A
        found.setdefault(versions.get(code) or versions["A"], []).append(row)
    return found


rendering.register(PREFIX, render)
