"""What the official account tells of mass sends and of subscribed notices, written into the ledger."""

from __future__ import annotations

from typing import Any

from kernel import clock, database
from wechat import doors
from wechat.events import MassSendFinished

NOTHING_LEFT = 43101
# told twice, or polled as well: the newest word stands, and a count never shrinks to nothing
TOLD = """
INSERT INTO mass_job AS m (appid, msgid, is_sent, error, total, filtered, sent, failed, told_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (appid, msgid) DO UPDATE SET is_sent = excluded.is_sent, error = excluded.error, total = excluded.total,
  filtered = excluded.filtered, sent = excluded.sent, failed = excluded.failed, told_at = excluded.told_at
WHERE m.told_at IS NULL OR m.told_at <= excluded.told_at
RETURNING id
"""
END = """
UPDATE send SET state = CASE WHEN $3 = '' THEN 'delivered' ELSE 'failed' END, reason = $3, ended_at = $4,
  delivered_at = CASE WHEN $3 = '' THEN $4::timestamptz END, counted_on = CASE WHEN $3 = '' THEN counted_on END
WHERE msgid = $1 AND channel = $2 AND state = 'accepted'
"""


async def mass_finished(event: MassSendFinished) -> bool:
    """Keep the counts of one mass send and end its rows in the ledger; False: something newer is known."""
    counts = (event.total, event.filtered, event.sent, event.failed)
    told = await database.fetch_value(TOLD, event.app, event.msg_id, event.is_sent, event.error, *counts, event.at)
    if told is None:
        return False
    reason = "" if event.is_sent else f"mass_{event.error}" if event.error else "mass_failed"
    await database.execute(END, event.msg_id, "oa_mass", reason, clock.now())
    return True


async def look(task: dict[str, Any]) -> bool:
    """Ask how far a mass send is, for the case that its callback stays out; True when it is over."""
    state = await doors.official_account(task["app"]).mass_state(task["msgid"])
    if state == "sending":
        return False
    reason = "" if state == "sent" else "mass_failed"
    await database.execute(END, task["msgid"], "oa_mass", reason, clock.now())
    return True


async def notice_told(appid: str, msgid: str, error: int) -> bool:
    """The receipt of one subscribed notice; False: not one of ours, or known."""
    reason = "" if error == 0 else "no_credit" if error == NOTHING_LEFT else f"notice_{error}"
    return bool(appid) and bool(await database.execute(END, msgid, "oa_subscribe", reason, clock.now()))
