"""Which facts of the timeline are new to a journey, without ever missing one that was committed late.

Numbers of rows are given out before their transactions commit, so "everything after the largest number seen" would
skip the slow ones. The floor therefore rises only to a mark from before which no transaction is open any more.
"""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from campaigns.journeys.models import Journey
from kernel import clock, database

SETTLED = timedelta(seconds=10)
"""Between taking a number and becoming visible as a transaction lie microseconds; this is plenty."""
# last_value: numbers are given out from one sequence, in order
NOW = """
SELECT (SELECT last_value - (NOT is_called)::int FROM timeline_entry_id_seq)::bigint AS id,
  pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS next_xid,
  pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest_xid
"""


class Look(NamedTuple):
    """The newest number given out, the next transaction to come, and the oldest that is still open."""

    id: int
    next_xid: int
    oldest_xid: int


async def look() -> Look:
    """How it stands now; to be asked before the facts are read, since later everything may have moved on."""
    row = await database.fetch_one(NOW)
    assert row is not None
    return Look(**row)


async def begin(journey: Journey) -> None:
    """From now on: what happened before the journey began is nobody's reason to enter. The caller saves it."""
    seen = await look()
    journey.floor_id = journey.mark_id = seen.id
    journey.mark_xid, journey.marked_at = seen.next_xid, clock.now()


def rise(journey: Journey, seen: Look) -> bool:
    """Everything above the floor was dealt with in this transaction, read after `seen`: raise it if that is safe.

    Changes the row in memory and says whether it did; the caller saves it with what was dealt with.
    """
    if journey.marked_at is not None:
        is_settled = clock.now() - journey.marked_at >= SETTLED and seen.oldest_xid >= journey.mark_xid
        if not is_settled:
            return False
        journey.floor_id = journey.mark_id
    journey.mark_id, journey.mark_xid, journey.marked_at = seen.id, seen.next_xid, clock.now()
    return True
