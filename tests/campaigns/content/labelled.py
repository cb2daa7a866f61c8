"""The labelled sentences: by hand for tuning, by hand to be held out (before there was a rule), and in later rounds.

What the rules made of each round at first sight, before they learned from it, is in docs/decisions (wording rules).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from tests.campaigns.content import obfuscating

FOLDER = Path(__file__).parent / "sentences"
WAYS = tuple(obfuscating.WAYS)
ROUNDS = (1, 2, 3, 4, 5)


class Sentence(NamedTuple):
    """is_banned: a blocking finding is right. way: by hand, or the disguise."""

    text: str
    group: str
    is_banned: bool
    way: str = "hand"


def of(part: str) -> list[Sentence]:
    """All sentences of "tuning", "held_out" or "rounds", each once."""
    if part == "rounds":
        return [one for number in ROUNDS for one in by_hand(f"round_{number}")]
    banned = _read(f"{part}_banned.txt", is_banned=True)
    allowed = _read(f"{part}_allowed.txt", is_banned=False)
    written = [*banned, *_read(f"{part}_obfuscated.txt", is_banned=True), *allowed]
    times = 2 if part == "held_out" else 1
    disguised = [_disguised(one, n, turn) for turn in range(times) for n, one in enumerate(banned)]
    disguised += [_disguised(one, n, 0) for n, one in enumerate(allowed) if n % 3 == 0]
    return list({one.text: one for one in [*written, *disguised]}.values())


def by_hand(name: str) -> list[Sentence]:
    """The sentences of one pair of files as they were written."""
    return [*_read(f"{name}_banned.txt", is_banned=True), *_read(f"{name}_allowed.txt", is_banned=False)]


def _read(name: str, *, is_banned: bool) -> list[Sentence]:
    found, group = [], ""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            group = line[3:]
        elif line:
            found.append(
                Sentence(line.encode("latin-1", "backslashreplace").decode("unicode_escape"), group, is_banned)
            )
    return found


def _disguised(one: Sentence, number: int, turn: int) -> Sentence:
    way = WAYS[(number + turn * 3) % len(WAYS)]
    return one._replace(text=obfuscating.disguise(one.text, way, turn), way=way)
