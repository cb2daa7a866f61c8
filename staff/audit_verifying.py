"""Going over the whole chain and naming the first row that is not what was written; pure, fed row by row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple

from staff import audit_mac
from staff.audit_heads import Head
from staff.audit_mac import Entry


class Link(NamedTuple):
    """A link as it is stored, with its entry (None: there is none)."""

    position: int
    entry_id: int
    hash: str
    entry: Entry | None


class Unlinked(NamedTuple):
    """An entry without a link, or a waiting mark without an entry."""

    entry_id: int
    entry: Entry | None
    is_waiting: bool


@dataclass(frozen=True)
class Broken:
    """The first thing that is wrong, in `what`.

    edited, deleted: the entry is not what was written, or gone. reordered: it stands at another's place. link_altered,
    link_missing: the chain itself was touched there. unlinked: an entry that never came into the chain. cut: the end
    is gone that a head outside knows. rewritten: another chain than the head outside knows, somewhere after `after`.
    head_missing, head_broken: the file of heads is gone, or its `line` is not ours.
    position: the place in the chain; entry_id: the entry, where it is known; after: the last place that is sound.
    """

    what: str
    position: int | None = None
    entry_id: int | None = None
    after: int = 0
    line: int | None = None


@dataclass
class Verdict:
    """What a verification found; sound when `broken` is None."""

    links: int = 0
    waiting: int = 0
    heads: int = 0
    broken: Broken | None = None

    def as_facts(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self) | {"is_sound": self.broken is None}


@dataclass
class Walk:
    """Goes along the chain and the heads outside at once; `links` takes the rows in order, in any number of calls."""

    heads: Iterator[Head]
    verdict: Verdict = field(default_factory=Verdict)
    _hash: str = audit_mac.FIRST
    _held: Link | None = None
    _head: Head | None = None
    _has_begun: bool = False
    _agreed: int = 0
    _bad_line: int | None = None

    def links(self, rows: Iterable[Link]) -> Broken | None:
        """Look at the next links; the first thing wrong, if any (then stop)."""
        self._begin()
        for row in rows if self.verdict.broken is None else ():
            # held back by one: the link after it tells whether a link or an entry was touched
            held, self._held = self._held, row
            if held is not None and self._look_at(held, row):
                break
        return self.verdict.broken

    def unlinked(self, rows: Iterable[Unlinked]) -> Broken | None:
        """After the last link: entries that have none."""
        self._finish()
        for row in rows:
            if self.verdict.broken is not None:
                break
            if row.entry is None:
                self._stop("deleted", entry_id=row.entry_id)
            elif not audit_mac.is_ours(row.entry):
                self._stop("edited", entry_id=row.entry_id)
            elif not row.is_waiting:
                self._stop("unlinked", entry_id=row.entry_id)
            else:
                self.verdict.waiting += 1
        return self.verdict.broken

    def end(self, *, has_file: bool) -> Verdict:
        """The verdict; a file of heads that is gone or touched counts when nothing else was found."""
        self._finish()
        if self.verdict.broken is None:
            if not has_file and self.verdict.links:
                self._stop("head_missing")
            elif self._bad_line is not None:
                self._stop("head_broken", line=self._bad_line)
        return self.verdict

    def _begin(self) -> None:
        if not self._has_begun:
            self._has_begun = True
            self._next_head()

    def _finish(self) -> None:
        self._begin()
        held, self._held = self._held, None
        if held is not None and self.verdict.broken is None:
            self._look_at(held, None)
        if self.verdict.broken is None and self._head is not None:
            # what lies behind the last head that agreed may be another chain: nothing outside speaks for it
            self.verdict.broken = Broken("cut", self.verdict.links + 1, None, self._agreed, self._head.line)

    def _look_at(self, row: Link, following: Link | None) -> bool:
        place, entry = self.verdict.links + 1, row.entry
        if row.position != place:
            return self._stop("link_missing", place)
        if entry is None:
            return self._stop("deleted", place, row.entry_id)
        is_ours, chain_hash = audit_mac.examine(self._hash, entry)
        if not is_ours:
            return self._stop("edited", place, row.entry_id)
        if chain_hash != row.hash:
            return self._stop(_which(chain_hash, following), place, row.entry_id)
        self._hash, self.verdict.links = chain_hash, place
        return self._compare_head(place, chain_hash)

    def _compare_head(self, place: int, chain_hash: str) -> bool:
        while self._head is not None and self._head.position <= place:
            if self._head.hash != chain_hash:
                self.verdict.links = self._agreed
                return self._stop("rewritten", self._agreed + 1, line=self._head.line)
            self._agreed = place
            self.verdict.heads += 1
            self._next_head()
        return False

    def _next_head(self) -> None:
        # a line that is not ours tells nothing about the chain; it is named at the end when the chain is sound
        while (head := next(self.heads, None)) is not None and head.problem:
            self._bad_line = self._bad_line or head.line
        self._head = head

    def _stop(
        self, what: str, position: int | None = None, entry_id: int | None = None, *, line: int | None = None
    ) -> bool:
        self.verdict.broken = Broken(what, position, entry_id, self.verdict.links, line)
        return True


def _which(chain_hash: str, following: Link | None) -> str:
    """Whether this link was touched (then the next one still fits what it should say) or another entry stands here."""
    if following is None or following.entry is None:
        return "reordered"
    return "link_altered" if audit_mac.chained(chain_hash, following.entry) == following.hash else "reordered"
