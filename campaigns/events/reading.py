"""What the event page shows: seats, answers by state, the guest list with masked names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from campaigns.events import invitations
from campaigns.events.models import Event
from community.clients import portrait
from kernel import clock, database, masking
from staff import scope
from staff.models import Staff

COUNTS = "SELECT state, count(*) AS n FROM invitation WHERE event_id = $1 GROUP BY state"
GUESTS = """
SELECT i.id, i.client_id, i.state, i.code, i.replied_at, i.waiting_since, i.checked_in_at, s.name AS owner
FROM invitation i JOIN client c ON c.id = i.client_id LEFT JOIN staff s ON s.id = c.owner_id
WHERE i.event_id = $1 AND ($2 = '' OR i.state = $2) AND {own}
ORDER BY array_position(ARRAY['attended','accepted','waiting','opened','invited','declined']::text[], i.state::text),
         i.waiting_since NULLS LAST, i.replied_at NULLS LAST, i.id
LIMIT $3 OFFSET $4
"""
COUNT_GUESTS = """
SELECT count(*) FROM invitation i JOIN client c ON c.id = i.client_id
WHERE i.event_id = $1 AND ($2 = '' OR i.state = $2) AND {own}
"""


@dataclass(frozen=True)
class Guest:
    """One row of the guest list; the name is masked."""

    invitation_id: int
    client_id: int
    name: str
    state: str
    code: str
    owner: str
    replied_at: datetime | None
    checked_in_at: datetime | None


@dataclass(frozen=True)
class Picture:
    """An event in numbers: `counts` by state; absent is known only after the start."""

    event: Event
    counts: dict[str, int]

    @property
    def invited(self) -> int:
        """Everybody who has an invitation."""
        return sum(self.counts.values())

    @property
    def absent(self) -> int:
        """Had a seat, did not come; 0 before the event starts."""
        return self.counts.get("accepted", 0) if clock.now() >= self.event.starts_at else 0


async def picture(campaign_id: int) -> Picture:
    """Seats and answers of one campaign's event; NotFound when there is none."""
    event = await invitations.of_campaign(campaign_id)
    rows = await database.fetch(COUNTS, event.id)
    return Picture(event, {row["state"]: row["n"] for row in rows})


async def count_guests(event_id: int, person: Staff, state: str = "") -> int:
    """How many of the guests this person may see."""
    own = scope.clients(person, first=3)
    return int(await database.fetch_value(COUNT_GUESTS.format(own=own.sql), event_id, state, *own.arguments))


async def guests(event_id: int, person: Staff, state: str = "", limit: int = 100, offset: int = 0) -> list[Guest]:
    """The guests within the person's scope, seated first, those who wait in their order.

    An event of head office is open to every branch; whom the others invited is none of its business.
    """
    own = scope.clients(person, first=5)
    rows = await database.fetch(GUESTS.format(own=own.sql), event_id, state, limit, offset, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    return [
        Guest(
            row["id"],
            row["client_id"],
            masking.name(names.get(row["client_id"], "")),
            row["state"],
            row["code"],
            row["owner"] or "",
            row["replied_at"],
            row["checked_in_at"],
        )
        for row in rows
    ]
