"""After an update: what was set aside is read again, and what is understood now is handled."""

from __future__ import annotations

from collections.abc import Sequence

from kernel import database, sealing
from staff import audit
from staff.models import Staff
from webhooks import kinds, quarantine, storing, tasks
from wechat import callbacks
from wechat.events import Event

BATCH = 500

BODIES = """
SELECT id, side, app, digest, body_sealed FROM callback
WHERE state IN ('unknown', 'quarantined') AND id > $1 ORDER BY id LIMIT $2
"""
RELEASE = """
UPDATE callback SET state = 'received', attempts = 0, problem = '', kind = given.kind, lane = given.lane
FROM unnest($1::bigint[], $2::text[], $3::text[]) AS given(id, kind, lane)
WHERE callback.id = given.id AND state IN ('unknown', 'quarantined')
RETURNING callback.id
"""


async def examine_again(by: Staff) -> int:
    """Read everything that was set aside anew, after an update; what is understood now is handled. Returns how many."""
    released, last = 0, 0
    while rows := await database.fetch(BODIES, last, BATCH):
        last = rows[-1]["id"]
        understood = [(row["id"], event) for row in rows if (event := _event(row)) and quarantine.is_followable(event)]
        released += await _release(understood) if understood else 0
    await audit.record(by, "callback.examined_again", "callback", None, released=released)
    return released


async def _release(understood: Sequence[tuple[int, Event]]) -> int:
    ids = [callback_id for callback_id, _ in understood]
    names, lanes = ([name(event) for _, event in understood] for name in (kinds.kind_of, kinds.lane_of))
    async with database.transaction():
        free = [row["id"] for row in await database.fetch(RELEASE, ids, names, lanes)]
        if free:
            tasks.handle_callbacks.later(free)
    return len(free)


def _event(row: database.Row) -> Event | None:
    place = storing.row_of(row["digest"])
    try:
        body = sealing.unseal(row["body_sealed"], table="callback", column="body_sealed", row=place)
        return callbacks.parse(row["side"], body.encode(), row["app"])
    except (sealing.Unreadable, callbacks.BadCallback):
        return None
