"""After an outage: what should have gone out long ago is not sent late by itself, its stream is closed for a person.

The clock's own record of its runs says how long nothing was looked at. A stream that only waits its turn, because the
account is slow or the queue is long, is left alone: somebody has been calling for it meanwhile.
"""

from __future__ import annotations

from datetime import timedelta

from kernel import clock, database, logs

JOB = "dispatch-due"
"""The job of the clock (processes.clock) whose last run tells when sends were last looked at."""
LEAST = timedelta(minutes=5)
"""Shorter gaps are restarts; runs are recorded once a minute."""
REASON = "系统中断太久，没有自动继续发送；请核对后继续，或取消"
LAST = "SELECT max(started_at) FROM job_run WHERE job = $1 AND outcome = 'done'"
CLOSE = """
UPDATE stream SET is_open = false, epoch = epoch + 1, reason = $3
WHERE is_open AND late_minutes IS NOT NULL AND ($4::bigint IS NULL OR id = $4)
  AND $2::timestamptz < $1::timestamptz - late_minutes * interval '1 minute'
  AND EXISTS (SELECT FROM send s WHERE s.stream_id = stream.id AND s.state IN ('planned', 'leased')
    AND s.due_at < $1 - stream.late_minutes * interval '1 minute')
  AND NOT EXISTS (SELECT FROM send s WHERE s.stream_id = stream.id
    AND s.requested_at > $1 - stream.late_minutes * interval '1 minute')
RETURNING id
"""
_log = logs.get(__name__)


async def close_stale(stream_id: int | None = None) -> list[int]:
    """Close the open streams (or only this one) whose sends lay longer than they may be late; returns which."""
    now = clock.now()
    last = await database.fetch_value(LAST, JOB)
    if last is None or now - last < LEAST:
        return []
    closed = [row["id"] for row in await database.fetch(CLOSE, now, last, REASON, stream_id)]
    for one in closed:
        _log.warning("stream.stale", stream=one, last_looked_at=last.isoformat())
    return closed
