"""What a kind of step is: how it is checked and said, and what it does to a batch of clients who stand at it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from campaigns.content.findings import Finding
from campaigns.journeys.definition import Definition, Node, Step
from campaigns.journeys.models import Journey, JourneyVersion

DONE = "done"


@dataclass(frozen=True)
class Place:
    """Where a batch stands: the journey and its approved version, the step, and the moment of the batch."""

    journey: Journey
    version: JourneyVersion
    definition: Definition
    node: Node
    at: datetime

    def key(self, entry_id: int) -> str:
        """The key under which this step is done once for an entry, in every ledger that takes one."""
        return f"journey:{self.journey.id}:{self.version.number}:{entry_id}:{self.node.code}"


class Standing(NamedTuple):
    """One client who stands at the step."""

    entry_id: int
    client_id: int
    entered_at: datetime
    arrived_at: datetime
    deadline_at: datetime | None


class Outcome(NamedTuple):
    """What came of the step for one entry; `until`: not now, look again then (nothing is noted)."""

    entry_id: int
    way: str = ""
    result: str = DONE
    staff_id: int | None = None
    until: datetime | None = None


class Due(NamedTuple):
    """When an arriving client is looked at, and until when the step waits for something."""

    due_at: datetime
    deadline_at: datetime | None = None


class Foreseen(NamedTuple):
    """What a step would do to one client: a sentence, the way, when it is over, and a message as it would read."""

    said: str
    way: str = ""
    until: datetime | None = None
    text: str = ""
    tone: str = ""


class StepKind:
    """The face of a kind; a new kind is a subclass in a file of its own and one line in the registry."""

    code: str
    label: str
    icon: str
    about: str
    # ways of a new step: name and label; a step without any has one way on
    ways: Sequence[tuple[str, str]] = ()

    def new(self) -> dict[str, Any]:
        """The parameters of a new step."""
        return {}

    def read(self, params: dict[str, Any], typed: Mapping[str, str], step: Step) -> None:
        """Take over what was typed in the editor; what can't be is told by `check`."""

    def check(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with the parameters, without asking the database."""
        return []

    async def check_known(self, params: Mapping[str, Any], code: str) -> list[Finding]:
        """What is wrong with what they name: a benefit that ran out, conditions that nobody meets."""
        return []

    def say(self, params: Mapping[str, Any]) -> str:
        """The step in one Chinese sentence, for approvers and lists."""
        return self.label

    def due(self, params: Mapping[str, Any], now: datetime) -> Due:
        """When somebody who arrives now is looked at: at once, unless the step waits."""
        return Due(now)

    async def act(self, place: Place, standing: Sequence[Standing]) -> list[Outcome]:
        """Do the step to all who stand at it, in statements over sets, inside the caller's transaction."""
        return [Outcome(one.entry_id) for one in standing]

    async def foresee(self, place: Place, client_id: int) -> Foreseen:
        """What it would do to one client, without doing it; place.at is the moment of the dry walk."""
        return Foreseen(self.say(place.node.params))


def whole(typed: Mapping[str, str], name: str, fallback: int) -> int:
    """A whole number as typed; the fallback for anything else."""
    text = typed.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else fallback
