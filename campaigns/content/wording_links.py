"""Where links of messages may lead: the bank's own address and the sites on the list of the wording rules."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from campaigns.content import rules
from campaigns.content.findings import Finding
from campaigns.content.rules import Book
from kernel import settings

UNKNOWN = "link.unknown_site"
IN_TEXT = re.compile(
    r"https?://[^\s\u3000-\u9fff\uff00-\uffef]+|(?<![\w@.-])(?:[a-z0-9-]{1,40}\.){1,4}(?:com|cn|net|org|top|cc|xyz|vip|shop|io|me|co|info|site|club)\b(?:/[^\s\u3000-\u9fff\uff00-\uffef]*)?",
    re.IGNORECASE | re.ASCII,
)


def is_allowed(address: str, book: Book | None = None) -> bool:
    """Whether an address leads to an allowed site; a site on the list stands for what is under it too."""
    host = _host(address)
    hosts = (*(book or rules.standing()).hosts, _host(settings.get().public_url))
    return bool(host) and any(host == one or host.endswith(f".{one}") for one in hosts if one)


def findings(address: str, place: str = "", book: Book | None = None) -> list[Finding]:
    """What is to say about the address of a link card."""
    if not address.strip() or is_allowed(address, book):
        return []
    host = _host(address) or address.strip()[:40]
    return [
        Finding(
            UNKNOWN, f"链接指向 {host}，不在允许的网站名单里", "换成名单内的网站，或请合规复核把它加入宣传规则", place
        )
    ]


def in_text(text: str, place: str = "", book: Book | None = None) -> list[Finding]:
    """Addresses written into a text that lead elsewhere."""
    found = []
    for match in IN_TEXT.finditer(text):
        if not is_allowed(match[0], book):
            message = f"“{match[0][:40]}”：链接不在允许的网站名单里"
            found.append(Finding(UNKNOWN, message, "删去，改用链接卡片", place, True, *match.span(), ""))
    return found


def _host(address: str) -> str:
    text = address.strip()
    try:
        return (urlsplit(text if "://" in text else f"https://{text}").hostname or "").lower().rstrip(".")
    except ValueError:
        return ""
