"""Jobs of a cancelled stream, out of date, or to a client who said no: members can't confirm them any more.

What they had sent stays sent. WeCom cancels whole jobs only: one client can't be taken out of a job of many.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from community.clients import consent, consent_rule
from community.sending import post_results, results
from community.suitability import reading
from kernel import clock, database, logs
from kernel.database import transaction
from wechat import doors
from wechat.faults import WeChatFault

WAITING = """
SELECT g.id, g.msgid, g.sender_userid, g.chat_type, g.app,
  CASE WHEN t.cancelled_at IS NULL THEN 'expired' ELSE 'cancelled' END AS reason
FROM group_task g LEFT JOIN stream t ON t.id = g.stream_id
WHERE g.state IN ('accepted', 'confirmed') AND g.cancelled_at IS NULL AND g.chat_type <> 'mass'
  AND ($1::bigint IS NULL OR t.id = $1)
  AND (t.cancelled_at IS NOT NULL OR EXISTS (
    SELECT FROM send s WHERE s.batch_id = g.id AND s.state = 'accepted' AND s.expires_at <= $2))
ORDER BY g.id
"""
LONGEST = timedelta(days=4)
"""Longer than a job waits for its member: an older no was known before the job was made."""
# from the few who said no or were erased lately to their messages, not the other way round
UNWANTED = """
WITH leaving AS (
  SELECT client_id FROM consent WHERE created_at > $1 AND NOT granted AND purpose = 'marketing'
  UNION SELECT client_id FROM privacy_request WHERE kind = 'erase' AND state = 'done' AND handled_at > $1
)
SELECT g.id, g.msgid, g.sender_userid, g.chat_type, g.app, s.client_id, s.channel, t.products,
  s.reason = 'erased' AS is_erased
FROM leaving l JOIN send s ON s.client_id = l.client_id JOIN group_task g ON g.id = s.batch_id
  LEFT JOIN stream t ON t.id = s.stream_id
WHERE g.recipients = 1 AND g.state = 'accepted' AND g.cancelled_at IS NULL
  AND (s.state = 'accepted' AND s.purpose = 'marketing' OR s.reason = 'erased')
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
    return await _cancel(await database.fetch(WAITING, stream_id, clock.now()))


async def take_back() -> int:
    """Cancel the unconfirmed jobs to a single client who doesn't want them any more; returns how many jobs.

    Most personal texts are such jobs. Safe to run again: what WeCom could not be told of is tried at the next round.
    """
    rows = await database.fetch(UNWANTED, clock.now() - LONGEST)
    words = await consent.words_of(sorted({row["client_id"] for row in rows}))
    known = await reading.products({code for row in rows for code in _codes(row)})
    unwanted = []
    for row in rows:
        classes = [known[code].product_class for code in _codes(row)]
        said = consent_rule.decide_all(words.get(row["client_id"], []), row["channel"], classes)
        if row["is_erased"] or said == "no":
            unwanted.append({**row, "reason": "erased" if row["is_erased"] else "opted_out"})
    return await _cancel(unwanted)


def _codes(row: database.Row) -> list[str]:
    return list(json.loads(row["products"] or "[]"))


async def _cancel(tasks: Sequence[dict[str, Any]]) -> int:
    done = 0
    for task in tasks:
        try:
            if task["chat_type"] == "moment":
                await post_results.cancel(task)
            else:
                await doors.wecom(task["app"]).cancel_group_message(task["msgid"])
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
            "UPDATE send SET state = CASE WHEN $3 = 'expired' THEN 'failed' ELSE 'skipped' END, reason = $3,"
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
