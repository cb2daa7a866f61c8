"""From which network addresses a person signed in lately: there a stranger's wrong tries elsewhere don't count."""

from __future__ import annotations

from datetime import timedelta

from kernel import clock, database, signing
from staff.access.models import KnownAddress
from staff.models import Staff

KEPT = timedelta(days=30)
_REMEMBER = """
INSERT INTO known_address (staff_id, address_hash, last_at, created_at) VALUES ($1, $2, $3, $3)
ON CONFLICT (staff_id, address_hash) DO UPDATE SET last_at = $3
"""


async def remember(person: Staff, address: str) -> None:
    """The person signed in from here just now."""
    if address:
        await database.execute(_REMEMBER, person.id, _hash(person.id, address), clock.now())


async def is_known(person_id: int, address: str) -> bool:
    """Whether this person signed in from this address within KEPT; costs the same for nobody's number."""
    wanted = _hash(person_id, address)
    since = clock.now() - KEPT
    return await KnownAddress.filter(staff_id=person_id, address_hash=wanted, last_at__gt=since).exists()


async def forget_old() -> int:
    """Delete what is older than KEPT; returns how many."""
    return await KnownAddress.filter(last_at__lte=clock.now() - KEPT).delete()


def _hash(person_id: int, address: str) -> str:
    # with the person's number: the rows don't tell who sits beside whom
    return signing.keyed_hash("known_address", f"{person_id}|{address}")
