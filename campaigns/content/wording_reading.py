"""A text as the rules read it: without what only hides words, each kept character with its place in the original.

Two readings: in the first pictures are nothing, in the second they are the character that they stand for.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from campaigns.content import wording_disguises

END, BREAK = "\n", ","
_ENDS = frozenset("。！？；!?;\n\r")
_BREAKS = frozenset("，、：,:")
_LONE = re.compile(r"(?:(?<=[\n,])|^)([^\n,])([\n,]+)(?=[^\n,])|([\n,]+)(?=[^\n,](?:[\n,]|$))")


class Kept(NamedTuple):
    """A character as it is read, and where it stood."""

    sign: str
    at: int


@dataclass(frozen=True)
class Reading:
    """plain: what is matched; END between sentences, BREAK between clauses. places: of each character of plain."""

    plain: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where characters start to end of plain stood in the original."""
        return self.places[start], self.places[end - 1] + 1


@functools.lru_cache(maxsize=512)
def of(text: str) -> tuple[Reading, ...]:
    """The readings of a text, one or two."""
    first = _read(text, with_pictures=False)
    if not any(unicodedata.category(one) in ("So", "Sk") for one in text):
        return (first,)
    second = _read(text, with_pictures=True)
    return (first,) if second.plain == first.plain else (first, second)


def plain_of(one: str) -> str:
    """A character of a rule as it is read in a text; nothing when it is nothing there."""
    return _signs(one, with_pictures=False).replace(END, "").replace(BREAK, "").replace(".", "")


def _read(text: str, *, with_pictures: bool) -> Reading:
    kept: list[Kept] = []
    for at, one in enumerate(text):
        kept += [Kept(sign, at) for sign in _signs(one, with_pictures=with_pictures)]
    kept = _without_points(kept)
    plain = "".join(one.sign for one in kept)
    # one character alone between two stops is no clause: the stop is there to split a word
    dropped = {place for match in _LONE.finditer(plain) for place in _stops(match)}
    return Reading(
        "".join(sign for place, sign in enumerate(plain) if place not in dropped),
        tuple(one.at for place, one in enumerate(kept) if place not in dropped),
    )


def _signs(one: str, *, with_pictures: bool) -> str:
    if one in _ENDS:
        return END
    if one in _BREAKS:
        return BREAK
    if unicodedata.category(one) == "So":
        if not with_pictures:
            return ""
        one = wording_disguises.PICTURES.get(one, one)
    found = []
    for part in unicodedata.normalize("NFKC", one).casefold():
        sign = wording_disguises.FORMS.get(part, part)
        # letters and numbers carry meaning; whatever else stands between them hides a word
        if (
            sign == "%"
            or unicodedata.category(sign)[0] == "N"
            or unicodedata.category(sign) in ("Ll", "Lo", "Lu", "Lt")
        ):
            found.append(sign)
        elif sign in ".·" and part == ".":
            found.append(".")
    return "".join(found)


def _without_points(kept: list[Kept]) -> list[Kept]:
    """A point, or a comma in a number, belongs to the number; any other point is nothing."""
    found: list[Kept] = []
    for place, one in enumerate(kept):
        if one.sign == ".":
            continue
        after = kept[place + 1].sign if place + 1 < len(kept) else ""
        if one.sign == BREAK and found and found[-1].sign.isdigit() and after.isdigit():
            continue
        found.append(one)
    return found


def _stops(match: re.Match[str]) -> range:
    group = 2 if match[2] else 3
    return range(*match.span(group))
