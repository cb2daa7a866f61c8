"""The tables of wording_disguises.toml, and a word as an expression that also finds its disguises."""

from __future__ import annotations

import functools
import re
import tomllib
from pathlib import Path
from typing import Any

_TABLES: dict[str, dict[str, Any]] = tomllib.loads(
    (Path(__file__).parent / "wording_disguises.toml").read_text(encoding="utf-8")
)
FORMS = {form: sign for sign, forms in _TABLES["forms"].items() for form in forms}
PICTURES = {picture: sign for sign, pictures in _TABLES["pictures"].items() for picture in pictures}
_SOUNDS = {sign: sound for sound, signs in _TABLES["sounds"].items() for sign in signs}
_LONG = 3
LATIN = re.compile(r"[a-z]+")


@functools.lru_cache(maxsize=2048)
def expression(word: str) -> re.Pattern[str]:
    """The word with every character also as a stand-in, in parts, spelled, or as its initial."""
    return re.compile("".join(_one(sign, is_long=len(word) >= _LONG) for sign in word))


def is_disguise(word: str, found: str, before: str, after: str) -> bool:
    """Whether letters in what was found may stand for the word: not out of a longer word, and not a few initials alone.

    before, after: the neighbours of what was found.
    """
    if found == word:
        return True
    first, last = LATIN.match(found), LATIN.match(found[-1])
    if (first and LATIN.match(before)) or (last and LATIN.match(after)):
        return False
    letters = sum(len(run) for run in LATIN.findall(found))
    if letters == len(found):
        return letters >= 2 * len(word) or len(word) >= _LONG
    return True


def _one(sign: str, *, is_long: bool) -> str:
    choices = [re.escape(sign)]
    choices += list(_TABLES["near"].get(sign, ""))
    if is_long:
        choices += list(_TABLES["far"].get(sign, ""))
    choices += [re.escape(parts) for parts in _TABLES["parts"].get(sign, ())]
    if sound := _SOUNDS.get(sign):
        choices += [sound, sound[0]]
    return f"(?:{'|'.join(choices)})" if len(choices) > 1 else choices[0]
