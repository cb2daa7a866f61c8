"""What a kind of campaign is: its messages, its own details and rules. Kinds live above, in campaigns.kinds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from campaigns.audience.conditions import Compiled
from campaigns.content.findings import Finding
from campaigns.planning.models import Campaign, Step

GIVE_UP_AFTER = timedelta(days=3)


@dataclass(frozen=True)
class StepPlan:
    """One message that a kind consists of.

    who: a rule of the kind's `who` table. purpose: marketing, or service for what the client asked for. channel: empty
    for the campaign's own. is_optional: an empty text means that it isn't sent. text: what a new draft starts with.
    """

    code: str
    label: str
    who: str = "all"
    purpose: str = "marketing"
    channel: str = ""
    is_optional: bool = False
    text: str = ""


class Kind:
    """The face of a kind; a new kind is a subclass in a file of its own and one line in campaigns.kinds.registry."""

    code: str
    label: str
    channels: tuple[str, ...]
    steps: tuple[StepPlan, ...]
    # rule -> SQL over `d` (delivery) that may use no argument; SQL of our own, never a person's text
    who: Mapping[str, str] = {"all": "TRUE"}
    has_personal_links = False
    # said where anybody reads: it goes to groups or members (`targets`), not to clients one by one
    is_open = False

    def step(self, code: str) -> StepPlan:
        """The plan of one step; an unknown code is a bug."""
        return next(plan for plan in self.steps if plan.code == code)

    async def create(self, campaign: Campaign) -> None:
        """Make what the kind keeps beside the campaign (inside the caller's transaction)."""

    async def save(self, campaign: Campaign, details: Mapping[str, Any]) -> None:
        """Save the kind's own part of a draft. Refused: a value that can't be."""

    async def details(self, campaign: Campaign) -> dict[str, Any]:
        """The kind's own part in plain JSON: what an approver sees, what is hashed, what a copy starts from."""
        return {}

    async def targets(self, campaign: Campaign, *, first: int = 1) -> Compiled:
        """Of an open kind: a SELECT of recipient, sender_userid, app, label, branch_id and people (clients there)."""
        raise LookupError(f"{self.code} speaks to clients one by one")

    async def findings(self, campaign: Campaign) -> list[Finding]:
        """What the preflight has to say about the kind's own part."""
        return []

    async def due_times(self, campaign: Campaign, started_at: datetime) -> dict[str, datetime]:
        """When each step is due, by step code, as far as it is known when the campaign starts."""
        return {self.steps[0].code: started_at}

    async def expires_at(self, campaign: Campaign, step: Step, due_at: datetime) -> datetime:
        """The moment after which a message of the step is useless and must not go out any more."""
        return due_at + GIVE_UP_AFTER

    async def on_frozen(self, campaign: Campaign) -> None:
        """The audience is frozen, nothing is sent yet: make invitations, book the livestream, ..."""

    async def on_cancelled(self, campaign: Campaign) -> None:
        """The campaign was cancelled: tell whoever must know (inside the caller's transaction)."""

    async def links(self, campaign: Campaign, step: Step, client_ids: Collection[int]) -> dict[int, str]:
        """Each client's personal address for the placeholder 活动链接."""
        return dict.fromkeys(client_ids, step.link_url) if step.link_url else {}


_known: dict[str, Kind] = {}


def register(kinds: Mapping[str, Kind]) -> None:
    """Called once by campaigns.kinds.registry with its table."""
    _known.update(kinds)


def of(code: str) -> Kind:
    """The kind of a campaign; LookupError when campaigns.kinds.registry was not imported or doesn't list it."""
    if code not in _known:
        raise LookupError(f"no kind {code!r}: import campaigns.kinds.registry where the process starts")
    return _known[code]
