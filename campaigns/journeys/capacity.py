"""How much a journey may ask of one member of staff in a day; what is more waits for the next working day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, time, timedelta

from kernel import clock, database, holidays

DAY_BEGINS = time(9)
# over all journeys: a member's day is one, whoever plans it
TAKEN = """
SELECT staff_id, count(*)::int AS n FROM journey_passage
WHERE staff_id = ANY($1::bigint[]) AND at >= $2 GROUP BY staff_id
"""
# two journeys that want the last place of a member's day take turns
TAKE_TURNS = "SELECT pg_advisory_xact_lock(hashtext('journey.capacity'))"


async def within(asked: Mapping[int, int | None], per_day: int, at: datetime) -> set[int]:
    """Of entries that each ask one piece of work of a member (entry to staff id), those for whom there is time today.

    Entries that ask nobody are always in. Inside the caller's transaction.
    """
    people = sorted({staff_id for staff_id in asked.values() if staff_id is not None})
    if not people:
        return set(asked)
    await database.fetch(TAKE_TURNS)
    begins, _ = clock.day_bounds(clock.local(at).date())
    rows = await database.fetch(TAKEN, people, begins)
    taken = Counter({row["staff_id"]: row["n"] for row in rows})
    found: set[int] = set()
    for entry_id, staff_id in sorted(asked.items()):
        if staff_id is not None:
            if taken[staff_id] >= per_day:
                continue
            taken[staff_id] += 1
        found.add(entry_id)
    return found


def next_day(at: datetime) -> datetime:
    """The beginning of the next working day."""
    day = clock.local(at).date() + timedelta(days=1)
    while not holidays.is_working(day):
        day += timedelta(days=1)
    return clock.at_local(day, DAY_BEGINS)
