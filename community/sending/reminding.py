"""Reminding members of staff who have not confirmed a job; WeCom allows three reminders per job and 24 hours."""

from __future__ import annotations

from datetime import timedelta

from community.sending import halting
from kernel import clock, database, logs
from wechat import doors
from wechat.faults import WeChatFault

APART = timedelta(hours=8)
"""Three reminders in 24 hours, evenly apart: more than WeCom takes would only be refused."""

# marked before the call: two people pressing at once remind once, and a lost answer costs one reminder, not two
DUE = """
UPDATE group_task SET reminded_at = $2
WHERE stream_id = $1 AND chat_type IN ('single', 'group') AND state = 'accepted'
  AND confirmed_at IS NULL AND cancelled_at IS NULL AND msgid IS NOT NULL
  AND (reminded_at IS NULL OR reminded_at <= $3)
RETURNING id, msgid, chat_type, app
"""
REMINDABLE = """
SELECT count(*) FROM group_task
WHERE stream_id = $1 AND chat_type IN ('single', 'group') AND state = 'accepted'
  AND confirmed_at IS NULL AND cancelled_at IS NULL AND msgid IS NOT NULL
  AND (reminded_at IS NULL OR reminded_at <= $2)
"""
CHANNEL_OF = {"single": "wecom_message", "group": "wecom_group"}
_log = logs.get(__name__)


async def remindable(stream_id: int) -> int:
    """How many unconfirmed jobs of a stream may be reminded of now."""
    return int(await database.fetch_value(REMINDABLE, stream_id, clock.now() - APART) or 0)


async def remind(stream_id: int) -> int:
    """Remind of every unconfirmed job of a stream that was not reminded of lately; returns how many.

    What an emergency stop holds back keeps its turn.
    """
    now = clock.now()
    reminded = 0
    for job in await database.fetch(DUE, stream_id, now, now - APART):
        # the call inside the transaction: a stop that is being pulled waits for it, and then no other begins
        async with database.transaction():
            if await halting.hold_open(CHANNEL_OF[job["chat_type"]], stream_id):
                reminded += await _remind(job)
            else:
                await database.execute("UPDATE group_task SET reminded_at = NULL WHERE id = $1", job["id"])
    return reminded


async def _remind(job: database.Row) -> bool:
    try:
        await doors.wecom(job["app"]).remind_group_message(job["msgid"])
    except WeChatFault as fault:
        _log.warning("job.not_reminded", job=job["id"], reason=fault.reason)
        return False
    return True
