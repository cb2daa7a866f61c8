"""What campaigns hold of a client: that somebody was invited, answered or watched stays as a count, without who."""

from __future__ import annotations

from collections.abc import Sequence

from community.clients import erasing as clients
from community.privacy import erasing
from kernel import clock, database

# a seat ahead becomes free; the waiting list moves up with the next answer or by hand
FREE = """
WITH leaving AS (
  SELECT i.id, i.event_id, i.state FROM invitation i JOIN event e ON e.id = i.event_id
  WHERE i.client_id = ANY($1::bigint[]) AND i.state IN ('accepted', 'waiting') AND e.starts_at > $2
), freed AS (
  UPDATE event SET taken = taken - n
  FROM (SELECT event_id, count(*) AS n FROM leaving WHERE state = 'accepted' GROUP BY event_id) one
  WHERE event.id = one.event_id
)
UPDATE invitation SET state = 'declined', waiting_since = NULL FROM leaving WHERE invitation.id = leaving.id
"""
CODES = "UPDATE invitation SET code = 'E' || id WHERE client_id = ANY($1::bigint[])"
LISTED = "DELETE FROM audience_list_member WHERE client_id = ANY($1::bigint[])"
VIEWERS = """
UPDATE attendance SET viewer_id = 'erased:' || id, client_id = NULL
WHERE client_id = ANY($1::bigint[]) OR is_client AND viewer_id = ANY($2::text[])
"""


LEAVE = """
UPDATE journey_entry SET state = 'stopped', end_reason = 'client_erased', ended_at = $2
WHERE client_id = ANY($1::bigint[]) AND state = 'active'
"""
DROP_TASKS = """
UPDATE staff_task SET state = 'dropped', done_at = $2 WHERE client_id = ANY($1::bigint[]) AND state = 'open'
"""


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Free their seats, void their tickets, and take them out of the list of viewers."""
    # who watched before we knew who they are was kept by the platform's id alone
    known = sorted(await clients.platform_ids(client_ids))
    await database.execute(FREE, list(client_ids), clock.now())
    return {
        "audience_list_member": await database.execute(LISTED, list(client_ids)),
        "invitation": await database.execute(CODES, list(client_ids)),
        "journey_entry": await database.execute(LEAVE, list(client_ids), clock.now()),
        "staff_task": await database.execute(DROP_TASKS, list(client_ids), clock.now()),
        "attendance": await database.execute(VIEWERS, list(client_ids), known),
    }


erasing.register("campaigns", erase)
