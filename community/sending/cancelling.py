"""Jobs of a cancelled stream, or out of date: members can't confirm them any more, what they had sent stays sent."""

from __future__ import annotations

from community.sending import results
from kernel import clock, database, logs
from kernel.database import transaction
from wechat import doors
from wechat.faults import WeChatFault

WAITING = """
SELECT g.id, g.msgid, g.sender_userid, g.chat_type,
  CASE WHEN t.cancelled_at IS NULL THEN 'expired' ELSE 'cancelled' END AS reason
FROM group_task g LEFT JOIN stream t ON t.id = g.stream_id
WHERE g.state IN ('accepted', 'confirmed') AND g.cancelled_at IS NULL AND ($1::bigint IS NULL OR t.id = $1)
  AND (t.cancelled_at IS NOT NULL OR EXISTS (
    SELECT FROM send s WHERE s.batch_id = g.id AND s.state = 'accepted' AND s.expires_at <= $2))
ORDER BY g.id
"""
STRAYS = """
UPDATE send SET state = 'skipped', reason = 'cancelled', ended_at = $2, counted_on = NULL
FROM stream t
WHERE t.id = send.stream_id AND t.cancelled_at IS NOT NULL AND send.state = 'planned'
  AND ($1::bigint IS NULL OR t.id = $1)
"""
_log = logs.get(__name__)


async def skip_strays(stream_id: int | None = None) -> int:
    """End the sends that came back from a dispatcher after their stream was cancelled; returns how many."""
    return await database.execute(STRAYS, stream_id, clock.now())


async def cancel_jobs(stream_id: int | None = None) -> int:
    """Cancel what members have not confirmed, of one stream or of all; returns how many jobs.

    Of a cancelled stream everything, else what is out of date: "begins in five minutes" is not to be confirmed an hour
    later.
    """
    done = 0
    for task in await database.fetch(WAITING, stream_id, clock.now()):
        try:
            await doors.wecom().cancel_group_message(task["msgid"])
            await results.look(task)
        except WeChatFault as fault:
            _log.warning("job.not_cancelled", job=task["id"], reason=fault.reason)
            continue
        await _end(task["id"], task["reason"])
        done += 1
    return done


async def _end(task_id: int, reason: str) -> None:
    now = clock.now()
    async with transaction():
        await database.execute(
            # what people took back is no failure; a job that nobody confirmed in time is one
            "UPDATE send SET state = CASE WHEN $3 = 'cancelled' THEN 'skipped' ELSE 'failed' END, reason = $3,"
            " ended_at = $2, counted_on = NULL WHERE batch_id = $1 AND state = 'accepted'",
            task_id,
            now,
            reason,
        )
        await database.execute(
            "UPDATE group_task SET cancelled_at = $2, next_poll_at = CASE WHEN EXISTS (SELECT FROM send"
            " WHERE batch_id = $1 AND state = 'confirmed') THEN next_poll_at END WHERE id = $1",
            task_id,
            now,
        )
