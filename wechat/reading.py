"""A callback's fields, read without surprises, and the entries of the tables that say which event they tell of."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from wechat.happening import Event, Fields, Side

E = TypeVar("E", bound=Event)
EPOCH = datetime.fromtimestamp(0, UTC)
"""The time of a callback that says none."""
WORD_START = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Body:
    """A callback's fields: whatever is absent, nested or of another kind is an empty text, 0 or nothing."""

    __slots__ = ("app", "at", "fields", "side")

    def __init__(self, side: Side, fields: Fields, app: str = "") -> None:
        self.side = side
        self.fields = fields
        self.app = app
        self.at = self.moment("CreateTime") or EPOCH

    def text(self, name: str, *inner: str) -> str:
        """The text at a path of names."""
        here: Any = self.fields.get(name, "")
        for one in inner:
            here = here.get(one, "") if isinstance(here, dict) else ""
        return here if isinstance(here, str) else ""

    def number(self, name: str, *inner: str) -> int:
        """The whole number at a path; 0 when there is none."""
        found = self.text(name, *inner)
        return int(found) if found.isascii() and found.isdecimal() and len(found) <= 11 else 0

    def moment(self, name: str, *inner: str) -> datetime | None:
        """The time at a path of names, given in seconds."""
        seconds = self.number(name, *inner)
        return datetime.fromtimestamp(seconds, UTC) if seconds else None

    def real(self, name: str, *inner: str) -> float:
        """The number at a path; 0 when there is none, or no end to it."""
        found = self.text(name, *inner)
        try:
            value = float(found) if len(found) <= 32 else 0.0
        except ValueError:
            return 0.0
        return value if math.isfinite(value) else 0.0

    def place(self, *names: str) -> tuple[float, float] | None:
        """Latitude and longitude, when both are there and on this earth."""
        if not all(self.text(name) for name in names):
            return None
        latitude, longitude = (self.real(name) for name in names)
        return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None

    def names(self, name: str) -> tuple[str, ...]:
        """A list of ids, as items or, in the older form, joined by commas."""
        here = self.fields.get(name, "")
        if isinstance(here, dict):
            here = here.get("Item", "")
        items = here if isinstance(here, list) else str(here).split(",") if isinstance(here, str) else []
        return tuple(item.strip() for item in items if isinstance(item, str) and item.strip())

    def rows(self, *path: str) -> list[Body]:
        """The groups of elements at a path, one or many; in JSON the outer name is sometimes left out."""
        here = self._at(path)
        if here is None and len(path) > 1:
            here = self._at(path[-1:]) or self._at(path[:-1])
        found = here if isinstance(here, list) else [here]
        return [Body(self.side, one) for one in found if isinstance(one, dict)]

    def tell(self, kind: Callable[..., E], *args: Any, **named: Any) -> E:
        """The event of this kind with the fields that every event begins with."""
        return kind(self.side, self.at, self.fields, *args, app=self.app, **named)

    def _at(self, path: tuple[str, ...]) -> Any:
        here: Any = self.fields
        for name in path:
            here = here.get(name) if isinstance(here, dict) else None
        return here


class Entry(NamedTuple):
    """How one kind of callback is read, what it is called, and which elements it can't do without."""

    read: Callable[[Body], Event]
    word: str
    needs: tuple[str, ...]


def entry(kind: type[Event], read: Callable[[Body], Event], *needs: str) -> Entry:
    """The table entry of a kind of event."""
    return Entry(read, word_of(kind), needs)


def word_of(kind: type[Event]) -> str:
    """ContactAdded -> contact_added."""
    if kind not in _words:
        _words[kind] = WORD_START.sub("_", kind.__name__).lower()
    return _words[kind]


def lacking(body: Body, needs: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these elements are absent or empty; the time is needed by every event."""
    fields = body.fields
    missing = tuple([name for name in needs if not fields.get(name)])
    return missing if body.at is not EPOCH else (*missing, "CreateTime")


_words: dict[type[Event], str] = {}
