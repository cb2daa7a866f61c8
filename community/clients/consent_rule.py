"""The rule of consent: of all words that cover a message the newest decides, and nothing said means no. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Answer = Literal["yes", "no", ""]
"""What holds: a yes, an explicit no, or empty when nothing that covers it was ever said."""


HEARD_AS = {"oa_mass": "oa_service", "oa_subscribe": "oa_service", "oa_template": "oa_service"}
"""Channels that a client takes for one: who says no to messages of the official account means its mass sends too."""


@dataclass(frozen=True, slots=True)
class Word:
    """One yes or no; an empty channel or product class covers every one."""

    granted: bool
    at: datetime
    channel: str = ""
    product_class: str = ""


def covers(word: Word, channel: str, product_class: str = "") -> bool:
    """Whether a word is about a message by `channel` on `product_class` (empty: on no product at all)."""
    return word.channel in ("", channel, HEARD_AS.get(channel, channel)) and word.product_class in ("", product_class)


def decide(words: Iterable[Word], channel: str, product_class: str = "") -> Answer:
    """What holds for one channel and one product class; of two words of the same moment the no counts."""
    covering = [word for word in words if covers(word, channel, product_class)]
    if not covering:
        return ""
    newest = max(covering, key=lambda word: (word.at, not word.granted))
    return "yes" if newest.granted else "no"


def decide_all(words: Sequence[Word], channel: str, product_classes: Iterable[str]) -> Answer:
    """What holds for a message on several product classes: each needs its yes, and one no is a no for all."""
    found = {decide(words, channel, one) for one in (set(product_classes) or {""})}
    return "no" if "no" in found else "" if "" in found else "yes"
