"""Ground truth: every message that really reached a person, so that a test can count without asking the product."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True, frozen=True)
class Delivery:
    """One message that reached `people`; `via` is the group chat or the account it came through."""

    kind: str
    people: tuple[str, ...]
    text: str
    msgid: str
    at: float
    sender: str = ""
    via: str = ""


class Reached:
    """The log of deliveries; kinds: custom, template, mass, reply, welcome, group_message, group_chat, staff."""

    def __init__(self) -> None:
        self.log: list[Delivery] = []

    def record(self, delivery: Delivery) -> None:
        """Note that a message reached its people."""
        self.log.append(delivery)

    def find(self, kind: str = "", msgid: str = "", text: str = "", to: str = "") -> list[Delivery]:
        """Deliveries that match all given filters; `text` matches anywhere inside."""
        return [
            one
            for one in self.log
            if (not kind or one.kind == kind)
            and (not msgid or one.msgid == msgid)
            and (not text or text in one.text)
            and (not to or to in one.people)
        ]

    def count(self, **filters: str) -> dict[str, Any]:
        """How many messages of each kind reached each person, and in total."""
        people: dict[str, Counter[str]] = {}
        kinds: Counter[str] = Counter()
        for one in self.find(**filters):
            for person in one.people:
                if filters.get("to") in (None, "", person):
                    people.setdefault(person, Counter())[one.kind] += 1
                    kinds[one.kind] += 1
        most = max((sum(counts.values()) for counts in people.values()), default=0)
        return {"total": sum(kinds.values()), "persons": len(people), "most": most, "kinds": kinds, "people": people}
