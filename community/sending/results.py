"""What became of accepted messages: jobs of members by polling, service notices by their receipt.

Customer-service texts, welcomes and staff messages have no later result: they count as delivered when accepted.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from community.sending import mass_results, post_results, routing
from kernel import clock, database, logs
from kernel.database import transaction
from kernel.errors import Later as TryLater
from wechat import doors
from wechat.faults import Later, WeChatFault
from wechat.gateway.wecom import WeCom
from wechat.shapes import Page, SenderTask, SendResult

AT_ONCE = 50
PAUSES_S = (5, 10, 20, 40, 60, 120, 300, 600, 1800, 3600)
"""Seconds between looks at one job: dense at first, when members confirm, then hourly."""
LONGEST = timedelta(days=31)
GROUPS_SETTLE = timedelta(minutes=10)
RECEIPT_LATER_S = 3.0
CLAIM = """
UPDATE group_task SET polls = polls + 1,
  next_poll_at = CASE WHEN requested_at < $4 THEN NULL
    ELSE $1 + ($2::int[])[least(polls + 1, cardinality($2::int[]))] * interval '1 second' END
WHERE id = ANY(ARRAY(SELECT id FROM group_task WHERE state IN ('accepted', 'confirmed') AND next_poll_at <= $1
             ORDER BY next_poll_at, id LIMIT $3 FOR UPDATE SKIP LOCKED))
RETURNING id, msgid, sender_userid, chat_type, app
"""
CONFIRMED = """
UPDATE send SET state = 'confirmed', confirmed_at = $3
WHERE batch_id = $1 AND state = 'accepted' AND recipient = ANY($2::text[])
"""
ENDED = """
UPDATE send SET state = CASE WHEN $3 = '' THEN 'delivered' ELSE 'failed' END, reason = $3,
  confirmed_at = coalesce(confirmed_at, $4), ended_at = $4, delivered_at = CASE WHEN $3 = '' THEN $5::timestamptz END,
  counted_on = CASE WHEN $3 = '' THEN counted_on END
WHERE batch_id = $1 AND recipient = ANY($2::text[]) AND state IN ('accepted', 'confirmed')
"""
SETTLE = """
UPDATE group_task SET
  confirmed_at = CASE WHEN $2 THEN coalesce(confirmed_at, $3) ELSE confirmed_at END,
  state = CASE WHEN NOT waiting.any THEN 'delivered' WHEN $2 THEN 'confirmed' ELSE state END,
  next_poll_at = CASE WHEN waiting.any THEN next_poll_at END
FROM (SELECT EXISTS (SELECT FROM send WHERE batch_id = $1 AND state IN ('accepted', 'confirmed')) AS any) waiting
WHERE id = $1 AND state IN ('accepted', 'confirmed')
"""
OTHERS = {"moment": post_results.look, "mass": mass_results.look}
"""Jobs that are no group messages: each look says whether everybody has done their part."""
REASONS = {"sent": "", "not_a_friend": "not_friend", "over_limit": "over_platform_quota"}
RECEIPTS = {"delivered": "", "blocked": "user_block", "too_often": "freq_limit", "failed": "system_failed"}
Item = TypeVar("Item")
_log = logs.get(__name__)


async def poll(limit: int = AT_ONCE) -> int:
    """Look at the jobs that are due for a look; returns how many. Safe in several workers at once."""
    now = clock.now()
    tasks = await database.fetch(CLAIM, now, list(PAUSES_S), limit, now - LONGEST)
    for task in tasks:
        try:
            await look(task)
        except WeChatFault as fault:
            # the next look has been fixed with the claim; one job that can't be read holds up no other
            level = _log.info if isinstance(fault, Later) else _log.warning
            level("job.not_read", job=task["id"], reason=fault.reason)
    return len(tasks)


async def look(task: dict[str, Any]) -> None:
    """Read one job (id, msgid, sender_userid, chat_type, app) from the platform and write down what is new."""
    if task["chat_type"] in OTHERS:
        await database.execute(SETTLE, task["id"], await OTHERS[task["chat_type"]](task), clock.now())
        return
    wecom, msgid = doors.wecom(task["app"]), task["msgid"]
    senders = [one async for one in every(lambda cursor: wecom.group_message_tasks(msgid, cursor))]
    for sender in senders:
        if sender.has_sent:
            await _note(task["id"], await read_results(wecom, msgid, sender.userid))
    all_sent = bool(senders) and all(sender.has_sent for sender in senders)
    if all_sent and task["chat_type"] == "group" and _is_settled(senders):
        # WeCom lists only the groups that got it: once the owner has confirmed, the rest did not
        await _end_groups(task["id"])
    await database.execute(SETTLE, task["id"], all_sent, clock.now())


async def read_results(wecom: WeCom, msgid: str, userid: str) -> list[SendResult]:
    """What became of all targets of one sender of a job."""
    return [one async for one in every(lambda cursor: wecom.group_message_results(msgid, userid, cursor))]


async def receipt(msgid: str, outcome: str, app: str = "") -> bool:
    """The receipt of a service notice; outcome as in events.TemplateSendFinished. False: not one of ours, or known.

    app: the account that the receipt came from; two accounts may number alike.

    Raises Later while a notice is on its way whose msgid is not written yet: the receipt was faster.
    """
    reason = RECEIPTS[outcome]
    changed = await database.execute(
        "UPDATE send SET state = CASE WHEN $2 = '' THEN 'delivered' ELSE 'failed' END, reason = $2, ended_at = $3,"
        " delivered_at = CASE WHEN $2 = '' THEN $3::timestamptz END"
        " WHERE msgid = $1 AND channel = 'oa_template' AND state = 'accepted'"
        " AND ($4 IN ('', app) OR app = '' AND $4 = ANY($5::text[]))",
        msgid,
        reason,
        clock.now(),
        app,
        routing.defaults(),
    )
    if changed:
        return True
    if await database.fetch_value(
        "SELECT EXISTS (SELECT FROM send WHERE state = 'requested' AND channel = 'oa_template')"
        " AND NOT EXISTS (SELECT FROM send WHERE msgid = $1 AND app IN ($2, ''))",
        msgid,
        app,
    ):
        raise TryLater(RECEIPT_LATER_S, "receipt.early")
    return False


async def every(page: Callable[[str], Awaitable[Page[Item]]]) -> AsyncIterator[Item]:
    """All items of a paged list."""
    cursor = ""
    while True:
        found = await page(cursor)
        for item in found.items:
            yield item
        if not found.cursor:
            return
        cursor = found.cursor


async def _note(task_id: int, results: Sequence[SendResult]) -> None:
    now = clock.now()
    alike: dict[tuple[str, datetime], list[str]] = {}
    for one in results:
        if one.outcome in REASONS:
            alike.setdefault((REASONS[one.outcome], one.sent_at or now), []).append(one.target)
    async with transaction():
        waiting = [one.target for one in results if one.outcome == "waiting"]
        await database.execute(CONFIRMED, task_id, waiting, now)
        # a member sends to many in one second: few statements, each with a list that is looked up by hash
        for (reason, at), targets in alike.items():
            await database.execute(ENDED, task_id, targets, reason, now, at)


def _is_settled(senders: Sequence[SenderTask]) -> bool:
    # a list read in the minutes after the confirmation may still be growing
    latest = max((sender.sent_at for sender in senders if sender.sent_at), default=None)
    return latest is None or latest + GROUPS_SETTLE < clock.now()


async def _end_groups(task_id: int) -> None:
    await database.execute(
        "UPDATE send SET state = 'failed', reason = 'not_sent', ended_at = $2, counted_on = NULL"
        " WHERE batch_id = $1 AND state IN ('accepted', 'confirmed')",
        task_id,
        clock.now(),
    )
