"""One client on one page, masked; names and phones in the clear only where a caller is allowed to use them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from community.clients import personal
from kernel import database, logs, masking
from kernel.errors import NotFound, Refused
from staff import audit
from staff.models import Staff

SHOW = """
SELECT c.id, c.name_sealed, c.phone_sealed, c.gender, c.source, c.marketing_consent, c.opted_out_at,
  c.last_activity_at, c.created_at, c.owner_id, c.branch_id, s.name AS owner_name, b.name AS branch_name,
  ARRAY(SELECT t.name FROM client_tag ct JOIN tag t ON t.id = ct.tag_id WHERE ct.client_id = c.id ORDER BY t.name)
    AS tags
FROM client c LEFT JOIN staff s ON s.id = c.owner_id LEFT JOIN branch b ON b.id = c.branch_id
WHERE c.id = $1 AND c.merged_into_id IS NULL
"""
FANS = "SELECT appid, subscribed, subscribed_at, unsubscribed_at FROM fan WHERE client_id = $1 ORDER BY id"
CONTACTS = """
SELECT coalesce(s.name, o.userid) AS staff_name, o.added_at, o.ended_at, o.ended_how
FROM contact o LEFT JOIN staff s ON s.id = o.staff_id WHERE o.client_id = $1 ORDER BY o.added_at DESC NULLS LAST
"""
NUMBERS = "SELECT id, scope, sealed FROM identity WHERE client_id = $1 AND kind = 'bank_number' ORDER BY id"


class Follower(NamedTuple):
    """The client as a follower of one official account."""

    appid: str
    subscribed: bool
    subscribed_at: datetime | None
    unsubscribed_at: datetime | None


class Friend(NamedTuple):
    """A member of staff with whom the client is, or was, in contact."""

    staff_name: str
    added_at: datetime | None
    ended_at: datetime | None
    ended_how: str


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a page shows of a client; name, phone and numbers are masked."""

    id: int
    name: str
    phone: str
    gender: str
    source: str
    owner_id: int | None
    owner_name: str
    branch_id: int | None
    branch_name: str
    marketing_consent: bool
    opted_out_at: datetime | None
    last_activity_at: datetime | None
    created_at: datetime
    tags: tuple[str, ...]
    bank_numbers: tuple[str, ...]
    fans: tuple[Follower, ...]
    contacts: tuple[Friend, ...]


REVEALED = ("name", "phone", "bank_number")
"""What can be shown in the clear, one at a time."""


async def show(client_id: int) -> Portrait:
    """The masked portrait; NotFound for nobody and for a client who was merged into another."""
    row = await database.fetch_one(SHOW, client_id)
    if row is None:
        raise NotFound()
    numbers = await database.fetch(NUMBERS, client_id)
    return Portrait(
        id=client_id,
        name=masking.name(personal.open_name(client_id, row["name_sealed"])),
        phone=masking.phone(phone) if (phone := personal.open_phone(client_id, row["phone_sealed"])) else "",
        gender=row["gender"],
        source=row["source"],
        owner_id=row["owner_id"],
        owner_name=row["owner_name"] or "",
        branch_id=row["branch_id"],
        branch_name=row["branch_name"] or "",
        marketing_consent=row["marketing_consent"],
        opted_out_at=row["opted_out_at"],
        last_activity_at=row["last_activity_at"],
        created_at=row["created_at"],
        tags=tuple(row["tags"]),
        bank_numbers=tuple(masking.account(personal.open_bank_number(n["id"], n["sealed"])) for n in numbers),
        fans=tuple(Follower(**fan) for fan in await database.fetch(FANS, client_id)),
        contacts=tuple(Friend(**one) for one in await database.fetch(CONTACTS, client_id)),
    )


async def reveal(client_id: int, field: str, reason: str, *, by: Staff) -> tuple[str, ...]:
    """One field of REVEALED in the clear, with an audit entry that says why; the caller has checked rights and scope.

    Empty when nothing is known; several bank numbers are possible. Refused: another field, no reason.
    """
    if field not in REVEALED:
        raise Refused("请选择要查看的内容", code="reveal.field")
    if not reason.strip():
        raise Refused("请选择查看的原因", code="reveal.reason")
    async with database.transaction():
        row = await database.fetch_one("SELECT name_sealed, phone_sealed FROM client WHERE id = $1", client_id)
        if row is None:
            raise NotFound()
        numbers = await database.fetch(NUMBERS, client_id) if field == "bank_number" else []
        await audit.record(
            by, "client.revealed", "client", client_id, field=field, reason=logs.mask_text(reason.strip())
        )
    if field == "bank_number":
        return tuple(personal.open_bank_number(number["id"], number["sealed"]) for number in numbers)
    opener = personal.open_name if field == "name" else personal.open_phone
    found = opener(client_id, row[f"{field}_sealed"])
    return (found,) if found else ()


async def names_of(client_ids: Sequence[int]) -> dict[int, str]:
    """Names in the clear by client, for messages and (masked by the caller) for lists; empty text where unknown."""
    rows = await database.fetch("SELECT id, name_sealed FROM client WHERE id = ANY($1::bigint[])", list(client_ids))
    return {row["id"]: personal.open_name(row["id"], row["name_sealed"]) for row in rows}
