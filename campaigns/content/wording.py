"""Words that a bank's message must not contain: the rules in force, sought in a text through all its disguises."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from campaigns.content import rules, wording_disguises, wording_links, wording_patterns, wording_reading
from campaigns.content.findings import Finding
from campaigns.content.rules import Book, Rule
from campaigns.content.wording_reading import END, Reading

CODE = "wording.forbidden"
WARNING_NEAR = 18
DENIAL_NEAR = 16


class Compiled(NamedTuple):
    """A rule ready to search: one expression for its words, and those that are sought in disguise one by one."""

    rule: Rule
    words: re.Pattern[str]
    disguised: tuple[tuple[str, re.Pattern[str]], ...]
    unless: re.Pattern[str] | None


class Contexts(NamedTuple):
    """What around a hit makes it harmless."""

    denied: re.Pattern[str]
    warned: re.Pattern[str]


class Hit(NamedTuple):
    """A piece of the original that a rule forbids; is_warning: it stands in a warning to the client."""

    start: int
    end: int
    rule: Rule
    is_warning: bool


def check(text: str, place: str = "", book: Book | None = None) -> list[Finding]:
    """What the rules say about a text, in its order; of pieces that overlap the longest."""
    book = book or rules.standing()
    hits = sorted(_hits(text, book), key=lambda hit: (not hit.rule.is_blocking, hit.start - hit.end, hit.start))
    taken: set[int] = set()
    found = wording_links.in_text(text, place, book)
    for hit in hits:
        span = range(hit.start, hit.end)
        if not taken.intersection(span):
            taken.update(span)
            found.append(_finding(hit, text, place, book))
    return sorted(found, key=lambda finding: finding.start)


def compile_rule(rule: Rule) -> Compiled:
    """The rule ready to search. Refused: a pattern of it can't be read."""
    words = [wording_patterns.compile_one(word) for word in sorted(rule.words, key=len, reverse=True)]
    unless = [wording_patterns.compile_one(word) for word in rule.unless]
    plain = [word for word in rule.words if rule.is_disguised and not set(word) & set("()|…#¥?")]
    return Compiled(
        rule,
        _either(words),
        tuple((word, wording_disguises.expression(word)) for word in sorted(plain, key=len, reverse=True)),
        _either(unless) if unless else None,
    )


def _hits(text: str, book: Book) -> Iterator[Hit]:
    contexts = _contexts(book)
    for reading in wording_reading.of(text):
        for one in _compiled(book):
            excused = [match.span() for match in one.unless.finditer(reading.plain)] if one.unless else []
            for start, end in _spans(one, reading.plain):
                if any(a <= start and end <= b for a, b in excused) or _is_denied(reading.plain, start, contexts):
                    continue
                at, until = reading.span(start, end)
                yield Hit(at, until, one.rule, _is_warning(reading, start, end, contexts))


def _spans(one: Compiled, plain: str) -> Iterator[tuple[int, int]]:
    for match in one.words.finditer(plain):
        yield match.span()
    for word, expression in one.disguised:
        for match in expression.finditer(plain):
            start, end = match.span()
            if wording_disguises.is_disguise(word, match[0], plain[start - 1 : start], plain[end : end + 1]):
                yield start, end


def _is_denied(plain: str, start: int, contexts: Contexts) -> bool:
    before = plain[max(0, start - DENIAL_NEAR) : start].rpartition(END)[2]
    return contexts.denied.search(before) is not None


def _is_warning(reading: Reading, start: int, end: int, contexts: Contexts) -> bool:
    before = reading.plain[max(0, start - WARNING_NEAR) : start].rpartition(END)[2]
    after = reading.plain[end : end + WARNING_NEAR].partition(END)[0]
    return any(contexts.warned.search(part) for part in (before, after))


def _compiled(book: Book) -> list[Compiled]:
    if "rules" not in book.compiled:
        book.compiled["rules"] = [compile_rule(rule) for rule in book.active()]
    made: list[Compiled] = book.compiled["rules"]
    return made


def _contexts(book: Book) -> Contexts:
    if "contexts" not in book.compiled:
        right_before = [wording_patterns.compile_one(word) for word in book.denied]
        soft = [wording_patterns.compile_one(word) for word in book.soft]
        denied = re.compile(f"(?:{_either(right_before).pattern}|(?:{_either(soft).pattern})[^\n,]{{0,4}})$")
        book.compiled["contexts"] = Contexts(denied, _either(wording_patterns.compile_one(one) for one in book.warned))
    made: Contexts = book.compiled["contexts"]
    return made


def _either(patterns: Iterable[re.Pattern[str]]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one.pattern})" for one in patterns))


def _finding(hit: Hit, text: str, place: str, book: Book) -> Finding:
    reason = book.families[hit.rule.family].reason
    is_blocking = hit.rule.is_blocking and not hit.is_warning
    said = text[hit.start : hit.end]
    if not is_blocking:
        fix = "看起来是在提醒客户，请核对" if hit.is_warning and hit.rule.is_blocking else "请核对并补充说明"
        return Finding(CODE, f"“{said}”：{reason}", fix, place, False, hit.start, hit.end)
    replacement = hit.rule.replacement
    fix = f"改为“{replacement}”" if replacement else "删去，或改写这句话"
    return Finding(CODE, f"“{said}”：{reason}", fix, place, True, hit.start, hit.end, replacement or "")
