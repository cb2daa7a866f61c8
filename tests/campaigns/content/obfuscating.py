"""Mechanical disguises of a forbidden sentence, by a fixed seed: how people slip a word by a plain search."""

from __future__ import annotations

import random
from collections.abc import Callable

SIGNS = (" ", "　", ".", "·", "-", "*", "_", "/", "|", "~", "…", "+", "^", "`", "•", "“", "】", "#")
UNSEEN = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u034f", "\u2062")
PICTURES = ("🔥", "✨", "💎", "🎉", "👍", "❗", "⭐", "🌟", "❤️", "🧧", "👉", "🍀")
MARKS = ("\u0336", "\u0332", "\u0338", "\u20e0", "\u0305")


def _between(part: str, choices: tuple[str, ...], draw: random.Random) -> str:
    sign = draw.choice(choices)
    return sign.join(part)


def _wide(part: str, _draw: random.Random) -> str:
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in part)


def _struck(part: str, draw: random.Random) -> str:
    mark = draw.choice(MARKS)
    return "".join(one + mark for one in part)


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "signs": lambda part, draw: _between(part, SIGNS, draw),
    "unseen": lambda part, draw: _between(part, UNSEEN, draw),
    "pictures": lambda part, draw: _between(part, PICTURES, draw),
    "struck": _struck,
    "spaces": lambda part, draw: (" " * draw.randint(1, 3)).join(part),
    "wide": lambda part, draw: _wide(_between(part, UNSEEN, draw), draw),
}


def disguise(sentence: str, way: str, seed: int) -> str:
    """The sentence with something between, or over, all characters of it; clause signs stay where they are."""
    draw = random.Random(f"{seed}|{way}|{sentence}")
    parts: list[str] = []
    run = ""
    for one in sentence:
        if one in "，。！？；：、":
            parts += [WAYS[way](run, draw), one] if run else [one]
            run = ""
        else:
            run += one
    return "".join([*parts, WAYS[way](run, draw)] if run else parts)
