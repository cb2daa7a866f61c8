"""What every callback is, whatever it tells: which side, when, for which account; and the two that tell nothing yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Side = Literal["official_account", "wecom"]
Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: `at` by WeChat's clock; `fields` is everything the body said.

    app: the appid or corpid that the callback came for; empty when nobody said (then the primary one is meant).
    """

    side: Side
    at: datetime
    fields: Fields = field(repr=False, compare=False)
    app: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Unrecognised(Event):
    """A callback that we have no word for; kept, counted and shown, not acted on."""


@dataclass(frozen=True, slots=True)
class Broken(Event):
    """A callback that we know but that lacks what it needs: `meant` is the event's name, `missing` the elements."""

    meant: str
    missing: tuple[str, ...]
