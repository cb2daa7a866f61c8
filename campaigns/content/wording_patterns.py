"""The small language of the wording rules: characters, `(a|b|)`, `…` for a few in between, `#` a number, `¥` an amount.

Nothing in it can run long: what stands for many characters is bounded, so that a rule of the bank's can't stall a page.
"""

from __future__ import annotations

import re

from campaigns.content import wording_reading
from kernel.errors import Refused

LONGEST = 400
DEEPEST = 3
MOST_WAYS = 2_000
"""In how many ways a pattern of the bank's own may be tried at one place of a text."""
_WIDTHS = {"…": 9, "#": 9, "¥": 20, "?": 2}
GAP = 8
_DIGIT = "[0-9一二三四五六七八九十百千万两几半]"
_NUMBER = f"{_DIGIT}{{1,9}}"
_AMOUNT = (
    r"[0-9一二三四五六七八九十百千两几]{1,14}[多余来]?[万亿千百]{0,2}[多余来]?(?:元|块|万|亿|w(?![a-z])|美元|港币|欧元)"
)
_MEANING = {
    "…": f"[^\n]{{0,{GAP}}}?",
    "#": _NUMBER,
    "¥": _AMOUNT,
    "(": "(?:",
    ")": ")",
    "|": "|",
    ",": ",?",
    "，": ",?",
}


def compile_one(source: str) -> re.Pattern[str]:
    """The expression of one pattern. Refused: brackets that don't pair, too long, nothing that has to be there."""
    text = source.strip()
    if not text or len(text) > LONGEST:
        raise Refused("词语不能为空，也不能超过 400 个字", code="rule.words")
    _check_brackets(text)
    compiled = re.compile("".join(_piece(one) for one in text))
    if compiled.fullmatch("") or not re.search(r"[^…#|()\s?]", text):
        raise Refused(f"“{text}”太宽，会命中所有文字", code="rule.too_wide")
    return compiled


def example(source: str) -> str:
    """One of the wordings that a pattern stands for, to be read by people."""
    text = source
    while (inner := re.search(r"\(([^()]*)\)", text)) is not None:
        chosen = next((part for part in inner[1].split("|") if part), "")
        text = text[: inner.start()] + chosen + text[inner.end() :]
    return text.replace("#", "5").replace("¥", "5万元").replace("?", "")


def check_pace(source: str) -> None:
    """Refused: a pattern that could be tried in so many ways that a hostile text keeps a page waiting."""
    if ways(source.strip()) > MOST_WAYS:
        raise Refused(f"“{source[:40]}”里可有可无的部分太多，请拆成几行", code="rule.too_loose")


def ways(source: str) -> int:
    """An upper bound of the ways in which a pattern can match at one place: its gaps, and branches that begin alike."""
    total, at = 1, 0
    while at < len(source):
        if source[at] == "(":
            end = _closing(source, at)
            total *= _ways_of(source[at + 1 : end])
            at = end
        else:
            total *= _WIDTHS.get(source[at], 1)
        at += 1
    return total


def _ways_of(group: str) -> int:
    branches, depth = [""], 0
    for one in group:
        depth += (one == "(") - (one == ")")
        if one == "|" and depth == 0:
            branches.append("")
        else:
            branches[-1] += one
    inner = max(ways(branch) for branch in branches)
    begins = [branch[:1] for branch in branches]
    # a branch that begins with a bracket or a number may begin like any other
    loose = sum(one in ("(", "#", "¥", "…") for one in begins)
    alike = max((begins.count(one) for one in begins if one), default=0)
    return inner * (max(alike, 1) + loose + ("" in begins))


def _closing(source: str, start: int) -> int:
    depth = 0
    for at in range(start, len(source)):
        depth += (source[at] == "(") - (source[at] == ")")
        if depth == 0:
            return at
    return len(source) - 1


def _check_brackets(text: str) -> None:
    depth = 0
    for one in text:
        depth += (one == "(") - (one == ")")
        if depth < 0 or depth > DEEPEST:
            break
    if depth != 0:
        raise Refused(f"“{text}”的括号没有配对，或套得太深", code="rule.brackets")


def _piece(one: str) -> str:
    if one in _MEANING:
        return _MEANING[one]
    if one == "?":
        return "?"
    return re.escape(wording_reading.plain_of(one))
