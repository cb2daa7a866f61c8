"""What has to be said in every marketing message: an easy way to say no, added by us, and the notices of products."""

from __future__ import annotations

import re
from collections.abc import Iterable

from campaigns.content import rules, wording_reading
from campaigns.content.findings import Finding
from campaigns.content.rules import Book

OPT_OUT = "回复“退订”，将不再收到此类消息"
MISSING = "notice.missing"
CLASSES = {
    "wealth": "理财",
    "fund": "基金",
    "insurance": "保险",
    "precious_metal": "贵金属",
    "private": "私募",
    "deposit": "存款",
    "performance": "业绩数字",
}
"""Where a notice belongs, in words; `performance` is no class but a figure of yield in the text."""
# a figure of yield or performance: what it was says nothing of what comes
_PERFORMANCE = re.compile(
    r"(?:年化|业绩|净值|收益率|近一年|近三年|成立以来)[^\n]{0,12}?[0-9]+%|[0-9]+%[^\n]{0,6}?(?:年化|收益率)"
)


def complete(text: str, purpose: str) -> str:
    """The text as the client gets it; service messages, and texts that say it themselves, stay as they are."""
    if purpose != "marketing" or "退订" in text:
        return text
    return f"{text.rstrip()}\n\n{OPT_OUT}"


def needed(text: str, classes: Iterable[str]) -> list[str]:
    """Which notices a text needs: of the classes of its products, and of figures of yield in it."""
    found = [one for one in dict.fromkeys(classes) if one in CLASSES]
    if _PERFORMANCE.search(wording_reading.of(text)[0].plain):
        found.append("performance")
    return found


def findings(text: str, classes: Iterable[str], place: str = "", book: Book | None = None) -> list[Finding]:
    """The notices that a marketing text needs and lacks; one press puts them at its end."""
    book = book or rules.standing()
    plain = wording_reading.of(text)[0].plain
    found = []
    for one in needed(text, classes):
        accepted = book.notices.get(one, ())
        if not accepted or any(wording_reading.of(said)[0].plain in plain for said in accepted):
            continue
        message = f"提到{CLASSES[one]}，缺少必备提示：{accepted[0]}"
        end = len(text.rstrip())
        found.append(Finding(MISSING, message, "加在正文末尾", place, True, end, end, f"\n{accepted[0]}"))
    return found


def add(text: str, classes: Iterable[str], book: Book | None = None) -> str:
    """The text with every notice that it lacks."""
    for finding in findings(text, classes, book=book):
        text = text.rstrip() + (finding.replacement or "")
    return text
