"""Two clients turn out to be one person: they go on once in each journey, with the older entry."""

from __future__ import annotations

from community.clients import merging
from kernel import clock, database

# the merge has pointed the entries at who stays; one whose place was taken stayed with who goes
END_DOUBLE = """
UPDATE journey_entry e SET state = 'merged', end_reason = 'client_merged', ended_at = $3
WHERE e.state = 'active' AND (e.client_id = $2 OR e.client_id = $1 AND EXISTS (
    SELECT FROM journey_entry o WHERE o.journey_id = e.journey_id AND o.client_id = $1 AND o.state = 'active'
        AND o.id < e.id))
"""


async def unite_entries(keep_id: int, gone_id: int) -> None:
    """Inside the transaction of a merge: end the younger of two entries into the same journey."""
    await database.execute(END_DOUBLE, keep_id, gone_id, clock.now())


merging.register(unite_entries)
