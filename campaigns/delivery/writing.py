"""The text of a campaign's message for each client, made at the moment of sending and never stored before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from campaigns.content import attaching, links, notices, personalising, placeholders
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


async def texts_for(
    campaign: Campaign, step: Step, client_ids: Sequence[int], addresses: Mapping[int, str] | None = None
) -> dict[int, str]:
    """The finished text by client: placeholders filled, required notices added. Also serves the preview.

    addresses: what stands for the step's link, by client, where it is tracked.
    """
    needed = placeholders.used(step.text)
    chosen = kind.of(campaign.kind)
    own = addresses if addresses else await chosen.links(campaign, step, client_ids) if "活动链接" in needed else {}
    purpose = chosen.step(step.code).purpose
    values = await personalising.values(client_ids, needed, own) if needed else {}
    return {
        client_id: notices.complete(placeholders.render(step.text, values.get(client_id, {})), purpose)
        for client_id in client_ids
    }


async def attachments_by_variant(campaign: Campaign, step: Step) -> dict[str, list[dict[str, Any]]]:
    """What a step carries by version; "A" is what the step itself says."""
    found = {"A": await attachments(campaign, step)}
    for one in (await variants.of(campaign.id))[1:]:
        found[one.code] = await attachments(campaign, variants.in_words(step, one))
    return found


async def attachments(campaign: Campaign, step: Step) -> list[dict[str, Any]]:
    """The link card of a step and its pieces of the library, the same for everybody until they are sent.

    A text that carries the link itself needs no card.
    """
    source, found = source_of(campaign), list[dict[str, Any]]()
    if step.link_url and "活动链接" not in placeholders.used(step.text):
        link = await links.track(source, step.code, step.link_url, step.link_title)
        found.append(attaching.card(step.link_title or campaign.name, step.link_url, link.id))
    for piece in await attaching.of_ids(step.pieces):
        is_link = piece.kind in attaching.LINKS
        track = (await links.track(source, step.code, piece.link_url, piece.title)).id if is_link else None
        found.append(attaching.row_of(piece, track))
    return found


def source_of(campaign: Campaign) -> str:
    """What tracked links of a campaign's messages say they come from."""
    return f"campaign:{campaign.id}"


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
            clients = [row.client_id for row in alike if row.client_id is not None]
            texts = await texts_for(campaign, said, clients, await _addresses(campaign, said, alike))
            # in a group nobody says no for everybody: the line about it belongs to messages to one person
            found.update({row.id: texts[row.client_id] if row.client_id else said.text for row in alike})
    return found


async def _addresses(campaign: Campaign, step: Step, rows: Sequence[Leased]) -> dict[int, str]:
    """The step's link as each client gets it in the text; empty where there is none, or each has a page of their own.

    In texts that are the same for all clients of a member the address names the member only, so that they stay so.
    """
    used = placeholders.used(step.text)
    if "活动链接" not in used or not step.link_url or kind.of(campaign.kind).has_personal_links:
        return {}
    link = await links.track(source_of(campaign), step.code, step.link_url, step.link_title)
    app = rows[0].app
    staff = await links.staff_of([row.sender_userid for row in rows], app)
    found = {}
    for row in rows:
        is_own = row.channel not in attaching.WECOM or "称呼" in used
        if row.client_id is not None:
            client_id = row.client_id if is_own else 0
            found[row.client_id] = links.address(link.id, client_id, staff.get(row.sender_userid, 0))
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
