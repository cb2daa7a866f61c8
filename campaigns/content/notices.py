"""What the law wants in every marketing message: an easy way to say no, added by us and not by the author."""

from __future__ import annotations

OPT_OUT = "回复“退订”，将不再收到此类消息"


def complete(text: str, purpose: str) -> str:
    """The text as the client gets it; service messages, and texts that say it themselves, stay as they are."""
    if purpose != "marketing" or "退订" in text:
        return text
    return f"{text.rstrip()}\n\n{OPT_OUT}"
