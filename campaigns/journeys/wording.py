"""The texts of a journey's messages for each client, made at the moment of sending out of what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from campaigns.content import attaching, links, notices, personalising, placeholders, wording_links
from campaigns.content.findings import Finding
from campaigns.journeys.models import Journey
from community.sending.leases import Leased
from kernel import settings

LINK = "活动链接"


async def texts(
    params: Mapping[str, Any], client_ids: Sequence[int], addresses: Mapping[int, str] | None = None
) -> dict[int, str]:
    """The finished text by client: placeholders filled, required notices added.

    addresses: what stands for the link, by client, where it is tracked; the preview shows the address itself.
    """
    needed = placeholders.used(params["text"])
    plain = dict.fromkeys(client_ids, params["link_url"]) if params["link_url"] else {}
    values = await personalising.values(client_ids, needed, addresses or plain) if needed else {}
    return {
        client_id: notices.complete(placeholders.render(params["text"], values.get(client_id, {})), "marketing")
        for client_id in client_ids
    }


async def attachments(params: Mapping[str, Any], journey: Journey, code: str) -> list[dict[str, Any]]:
    """The link card of a message, with its taps tracked; a text that carries the link itself needs none."""
    if not params["link_url"] or LINK in placeholders.used(params["text"]):
        return []
    link = await links.track(source_of(journey.id), code, params["link_url"], params["link_title"])
    return [attaching.card(params["link_title"] or journey.name, params["link_url"], link.id)]


async def addresses(params: Mapping[str, Any], journey_id: int, code: str, rows: Sequence[Leased]) -> dict[int, str]:
    """The link as each client gets it in the text; empty where the text carries none.

    In texts that are the same for all clients of a member the address names the member only, so that they stay so.
    """
    used = placeholders.used(params["text"])
    if LINK not in used or not params["link_url"]:
        return {}
    link = await links.track(source_of(journey_id), code, params["link_url"], params["link_title"])
    staff = await links.staff_of([row.sender_userid for row in rows], rows[0].app)
    found = {}
    for row in rows:
        if row.client_id is not None:
            is_own = row.channel not in attaching.WECOM or "称呼" in used
            own = row.client_id if is_own else 0
            found[row.client_id] = links.address(link.id, own, staff.get(row.sender_userid, 0))
    return found


def source_of(journey_id: int) -> str:
    """What tracked links of a journey's messages say they come from."""
    return f"journey:{journey_id}"


def link_findings(params: Mapping[str, Any], code: str) -> list[Finding]:
    """What is wrong with the link of a message."""
    address, found = params["link_url"], []
    if LINK in placeholders.used(params["text"]) and not address:
        found.append(Finding("step.link_missing", "正文用了“活动链接”，但没有填写链接", "填写链接地址", code))
    if params["link_title"] and not address:
        found.append(Finding("step.link_half", "填了链接标题，没有填链接地址", "补上地址或清空标题", code))
    if address and not _is_web(address):
        found.append(Finding("step.link_bad", "链接地址须以 https:// 开头", "改正链接地址", code))
    elif address:
        found += wording_links.findings(address, code)
    return found


def _is_web(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return bool(parts.netloc) and (parts.scheme == "https" or (parts.scheme == "http" and settings.get().demo))
