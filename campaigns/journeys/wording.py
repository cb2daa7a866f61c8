"""The texts of a journey's messages for each client, made at the moment of sending out of what was approved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from campaigns.content import notices, personalising, placeholders, wording_links
from campaigns.content.findings import Finding
from kernel import settings


async def texts(params: Mapping[str, Any], client_ids: Sequence[int]) -> dict[int, str]:
    """The finished text by client: placeholders filled, required notices added."""
    needed = placeholders.used(params["text"])
    links = dict.fromkeys(client_ids, params["link_url"]) if params["link_url"] else {}
    values = await personalising.values(client_ids, needed, links) if needed else {}
    return {
        client_id: notices.complete(placeholders.render(params["text"], values.get(client_id, {})), "marketing")
        for client_id in client_ids
    }


def attachments(params: Mapping[str, Any], title: str) -> list[dict[str, Any]]:
    """The link card of a message; a text that carries the link itself needs none."""
    if not params["link_url"] or "活动链接" in placeholders.used(params["text"]):
        return []
    return [{"kind": "link", "title": params["link_title"] or title, "url": params["link_url"]}]


def link_findings(params: Mapping[str, Any], code: str) -> list[Finding]:
    """What is wrong with the link of a message."""
    address, found = params["link_url"], []
    if "活动链接" in placeholders.used(params["text"]) and not address:
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
