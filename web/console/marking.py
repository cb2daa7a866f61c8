"""A text in runs, so that a page can mark what was found in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from campaigns.content.findings import Finding


class Part(NamedTuple):
    """A run of characters, and what is wrong with it."""

    text: str
    finding: Finding | None = None


class Line(NamedTuple):
    """One line of a text, counted from 1."""

    number: int
    text: str
    parts: list[Part]


def parts(text: str, found: Iterable[Finding]) -> list[Part]:
    """The text in runs; a finding about the whole text marks nothing."""
    made, at = [], 0
    for finding in sorted(found, key=lambda one: one.start):
        if finding.start < at or finding.start >= finding.end:
            continue
        if finding.start > at:
            made.append(Part(text[at : finding.start]))
        made.append(Part(text[finding.start : finding.end], finding))
        at = finding.end
    return [*made, Part(text[at:])] if at < len(text) else made


def lines(text: str, found: Iterable[Finding]) -> list[Line]:
    """The lines that have something on them, each with what was found on it."""
    marked = list(found)
    made, at = [], 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        plain = line.rstrip("\r\n")
        here = [
            one._replace(start=max(one.start, at) - at, end=min(one.end, at + len(plain)) - at)
            for one in marked
            if one.start < at + len(plain) and one.end > at
        ]
        if plain.strip():
            made.append(Line(number, plain, parts(plain, here)))
        at += len(line)
    return made
