"""Back-off: wrong tries make the next one wait longer, per account, address and person's codes; never for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from kernel import clock, database, signing
from staff.access.models import AddressPause

FORGOTTEN_AFTER = timedelta(hours=2)
"""Quiet for so long, and counting begins anew."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many tries are free, and the longest wait afterwards."""

    free: int
    longest: timedelta


ACCOUNT = Pace(5, timedelta(minutes=15))
CODES = Pace(5, timedelta(minutes=15))
ADDRESS = Pace(20, timedelta(minutes=5))
"""A whole branch may stand behind one address: more tries are free, and the wait is shorter."""


def wait_after(failures: int, pace: Pace) -> timedelta:
    """How long the next try waits after so many failures in a row: nothing at first, then doubling from two seconds."""
    if failures < pace.free:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(failures - pace.free + 1, 12)), pace.longest)


async def is_paused(place: str) -> bool:
    """Whether tries from this place (`address|...` or `codes|...`) wait now."""
    found = await AddressPause.get_or_none(address_hash=_hash(place)).values("next_try_at")
    return found is not None and found["next_try_at"] is not None and found["next_try_at"] > clock.now()


async def count_failure(place: str, pace: Pace) -> None:
    """One more wrong try. Counted in the database: parallel tries on several processes all count."""
    now = clock.now()
    row = await database.fetch_one(
        "INSERT INTO address_pause (address_hash, failures, last_at, created_at) VALUES ($1, 1, $2, $2) "
        "ON CONFLICT (address_hash) DO UPDATE SET last_at = $2, "
        "failures = CASE WHEN address_pause.last_at < $3 THEN 1 ELSE address_pause.failures + 1 END RETURNING failures",
        _hash(place),
        now,
        now - FORGOTTEN_AFTER,
    )
    await _wait(place, row["failures"] if row else 0, pace, now)


async def forgive(place: str) -> None:
    """A right try: counting begins anew."""
    await AddressPause.filter(address_hash=_hash(place)).delete()


async def forget_old() -> int:
    """Delete what nobody tried for long; for the clock. Returns how many."""
    return await AddressPause.filter(last_at__lt=clock.now() - FORGOTTEN_AFTER).delete()


async def _wait(place: str, failures: int, pace: Pace, now: datetime) -> None:
    # written also without a pause: a statement more would tell whose tries are counted
    pause = wait_after(failures, pace)
    # of tries at once the one that counted last decides: an earlier one that comes late must not lift its pause
    mine = AddressPause.filter(address_hash=_hash(place), failures=failures)
    await mine.update(next_try_at=now + pause if pause else None)


def _hash(place: str) -> str:
    # keyed: the few billion IPv4 addresses could be tried out against a plain hash
    return signing.keyed_hash("pause", place)
