"""The wording rules in force: those that are shipped, and on top what the bank changed, each change from its day on.

`standing` is a pure reading of this process's copy; `refresh` reads the changes anew from the table.
"""

from __future__ import annotations

import dataclasses
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from kernel import clock, database

OPS = ("add", "retire", "restore", "notice", "host", "drop_host")


@dataclass(frozen=True)
class Family:
    """What a group of rules is about, why it is forbidden, and where that stands."""

    code: str
    label: str
    reason: str
    source: str


@dataclass(frozen=True)
class Rule:
    """Words that a bank's message must not contain. replacement None: a person has to write it anew.

    unless: what contains a hit and is fine. is_disguised: sought through stand-ins, pinyin and split characters too.
    since: its first day, None for those that are shipped. is_retired: kept to be seen, finds nothing.
    """

    code: str
    family: str
    words: tuple[str, ...]
    replacement: str | None = None
    is_blocking: bool = True
    is_disguised: bool = False
    unless: tuple[str, ...] = ()
    since: date | None = None
    is_retired: bool = False


@dataclass(frozen=True)
class Book:
    """All rules of a day. version: says which rules these are, kept with what was checked against them."""

    version: str
    families: dict[str, Family]
    rules: tuple[Rule, ...]
    denied: tuple[str, ...]
    soft: tuple[str, ...]
    warned: tuple[str, ...]
    notices: dict[str, tuple[str, ...]]
    hosts: tuple[str, ...]
    # what is compiled from this book, made at the first check
    compiled: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def active(self) -> list[Rule]:
        """The rules that find something."""
        return [rule for rule in self.rules if not rule.is_retired]


@dataclass(frozen=True)
class Change:
    """One approved change: what (OPS), its content, and the day from which it holds."""

    id: int
    op: str
    content: Mapping[str, Any]
    effective_on: date


def _shipped() -> tuple[str, Book]:
    table = tomllib.loads((Path(__file__).parent / "rules_base.toml").read_text(encoding="utf-8"))
    families = {code: Family(code, **about) for code, about in table["families"].items()}
    rules = tuple(
        Rule(
            code=one["code"],
            family=one["family"],
            words=tuple(one["words"]),
            replacement=one.get("replacement") or None,
            is_blocking=one.get("is_blocking", True),
            is_disguised=one.get("disguised", False),
            unless=tuple(one.get("unless", ())),
        )
        for one in table["rules"]
    )
    contexts, notices = table["contexts"], {code: tuple(said) for code, said in table["notices"].items()}
    edition = str(table["edition"])
    return edition, Book(
        edition,
        families,
        rules,
        tuple(contexts["denied"]),
        tuple(contexts["soft"]),
        tuple(contexts["warned"]),
        notices,
        tuple(table["links"]["hosts"]),
    )


EDITION, SHIPPED = _shipped()
_standing: list[tuple[Change, ...]] = [()]
_books: dict[str, Book] = {}


def standing(day: date | None = None) -> Book:
    """The book of a Shanghai day (today when None), as this process knows it."""
    on = day or clock.today()
    changes = [one for one in _standing[0] if one.effective_on <= on]
    version = version_of(changes)
    if not changes:
        return SHIPPED
    if version not in _books:
        _books[version] = with_changes(changes)
    return _books[version]


async def refresh() -> Book:
    """Read the approved changes anew; the book of today."""
    rows = await database.fetch("SELECT id, op, content, effective_on FROM wording_change ORDER BY effective_on, id")
    known = tuple(Change(row["id"], row["op"], json.loads(row["content"]), row["effective_on"]) for row in rows)
    if known != _standing[0]:
        _standing[0] = known
        _books.clear()
    return standing()


def known_changes() -> tuple[Change, ...]:
    """All approved changes that this process knows, also those whose day has not come."""
    return _standing[0]


def version_of(changes: Iterable[Change]) -> str:
    """The name of a book: the edition shipped, and the changes on top of it."""
    ids = [one.id for one in changes]
    return f"{EDITION}+{len(ids)}.{max(ids)}" if ids else EDITION


def with_changes(changes: Iterable[Change], base: Book = SHIPPED) -> Book:
    """The shipped rules after the changes, in their order."""
    listed = list(changes)
    book = dataclasses.replace(base, version=version_of(listed), compiled={})
    for one in listed:
        book = _after(book, one)
    return book


def _after(book: Book, change: Change) -> Book:
    content = change.content
    if change.op == "add":
        rule = Rule(
            code=f"own.{change.id}",
            family=content["family"],
            words=tuple(content["words"]),
            replacement=content.get("replacement") or None,
            is_blocking=content.get("is_blocking", True),
            is_disguised=content.get("is_disguised", False),
            unless=tuple(content.get("unless", ())),
            since=change.effective_on,
        )
        return dataclasses.replace(book, rules=(*book.rules, rule), compiled={})
    if change.op in ("retire", "restore"):
        is_retired = change.op == "retire"
        rules = tuple(
            dataclasses.replace(one, is_retired=is_retired) if one.code == content["code"] else one
            for one in book.rules
        )
        return dataclasses.replace(book, rules=rules, compiled={})
    if change.op == "notice":
        said = book.notices.get(content["class"], ())
        notices = {**book.notices, content["class"]: tuple(dict.fromkeys([content["text"], *said]))}
        return dataclasses.replace(book, notices=notices, compiled={})
    hosts = [one for one in book.hosts if one != content["host"]]
    return dataclasses.replace(
        book, hosts=(*hosts, content["host"]) if change.op == "host" else tuple(hosts), compiled={}
    )
