"""A request to the control plane, read strictly: JSON in, JSON out, a reason when it can't be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from wechat.sandbox.stage import Stage
from wechat.sandbox.world import World

Told = dict[str, Any]


@dataclass(slots=True)
class Asked:
    """What a control function sees: the stage, the JSON body, the query and the names in the path."""

    stage: Stage
    body: Any
    query: dict[str, str]
    path: dict[str, str]

    @property
    def world(self) -> World:
        """The world that is playing."""
        return self.stage.world

    @property
    def fields(self) -> dict[str, Any]:
        """The body as an object; ValueError when it is something else. An absent body is an empty object."""
        if self.body is None:
            return {}
        if not isinstance(self.body, dict):
            raise ValueError("the body must be a JSON object")
        return self.body

    def number(self, name: str, default: int) -> int:
        """A whole number of the query."""
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isdecimal():
            raise ValueError(f"{name} must be a whole number")
        return int(text)

    def only(self, *known: str) -> None:
        """ValueError when the body holds a name that nobody reads, so that a typing error doesn't pass in silence."""
        unknown = sorted(set(self.fields) - set(known))
        if unknown:
            raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(known)}")


Control = Callable[[Asked], Told | Awaitable[Told]]
