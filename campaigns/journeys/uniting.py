"""Two clients turn out to be one person: they go on once in each journey, with the older entry.

Whoever was drawn into the control arm of a journey under any name hears nothing of it any more.
"""

from __future__ import annotations

from campaigns.journeys import unsending
from community.clients import merging
from kernel import clock, database

CONTROL, DOUBLE = "control_arm", "duplicate_identity"
# the merge has pointed the entries at who stays; one whose place was taken stayed with who goes
END_DOUBLE = """
UPDATE journey_entry e SET state = 'merged', end_reason = 'client_merged', ended_at = $3
WHERE e.state = 'active' AND (e.client_id = $2 OR e.client_id = $1 AND EXISTS (
    SELECT FROM journey_entry o WHERE o.journey_id = e.journey_id AND o.client_id = $1 AND o.state = 'active'
        AND o.id < e.id))
RETURNING e.id
"""
# the one who was drawn may have ended already: being the measure does not end with it
_MEASURED = """journey_id IN (
    SELECT journey_id FROM journey_entry WHERE client_id IN ($1, $2) AND arm = 'control')"""
END_MEASURED = f"""
UPDATE journey_entry SET state = 'merged', end_reason = 'client_merged', ended_at = $3
WHERE state = 'active' AND client_id IN ($1, $2) AND {_MEASURED}
"""  # noqa: S608  # only constants of this file are filled in
OF_MEASURED = f"SELECT id FROM journey_entry WHERE client_id IN ($1, $2) AND {_MEASURED}"  # noqa: S608


async def unite_entries(keep_id: int, gone_id: int) -> None:
    """Inside the transaction of a merge: end the younger of two entries into the same journey, and what it planned."""
    now = clock.now()
    doubles = await database.fetch(END_DOUBLE, keep_id, gone_id, now)
    await unsending.skip([row["id"] for row in doubles], DOUBLE)
    await database.execute(END_MEASURED, keep_id, gone_id, now)
    measured = await database.fetch(OF_MEASURED, keep_id, gone_id)
    await unsending.skip([row["id"] for row in measured], CONTROL)


merging.register(unite_entries)
