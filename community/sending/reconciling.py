"""Sends whose dispatcher died or got no answer: put back what never left, ask WeCom about the rest, repeat nothing.

Customer-service texts, notices and welcomes can't be asked about: they stay `unknown` until a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from community.sending import jobs, leases, results, settling
from community.sending.models import Send
from kernel import clock, database, logs
from kernel.database import transaction
from kernel.errors import Refused
from staff import audit
from staff.models import Staff
from wechat import doors
from wechat.faults import WeChatFault
from wechat.shapes import GroupMessage

GRACE = timedelta(minutes=5)
"""How long after the request WeCom's list must stay silent before the job counts as not made."""
SKEW = timedelta(minutes=2)
SPAN = timedelta(days=30)
LOST_JOBS = """
UPDATE group_task SET state = 'unknown', reason = 'dispatcher_lost'
WHERE state = 'requested' AND requested_at < $1
"""
LOST_SENDS = """
UPDATE send SET state = 'unknown', reason = 'dispatcher_lost' WHERE state = 'requested' AND lease_until < $1
"""
UNKNOWN_JOBS = """
SELECT id, sender_userid, chat_type, app, text_hash, recipients, requested_at FROM group_task
WHERE state = 'unknown' ORDER BY id LIMIT $1
"""
Job = dict[str, Any]
_log = logs.get(__name__)


async def reconcile(limit: int = 50) -> int:
    """Settle what died on the way; returns how many sends or jobs changed. Safe in several workers at once."""
    now = clock.now()
    changed = await leases.put_back("state = 'leased' AND lease_until < $2", now)
    changed += await database.execute(LOST_SENDS, now)
    changed += await database.execute(LOST_JOBS, now - leases.LEASE)
    for job in await database.fetch(UNKNOWN_JOBS, limit):
        try:
            changed += await settle(job)
        except WeChatFault as fault:
            # an incomplete search proves nothing: the next run asks again
            _log.warning("job.search_incomplete", job=job["id"], reason=fault.reason)
    return changed


async def settle(job: Job) -> bool:
    """Find one unknown job in WeCom's list and adopt it, or prove that it was never made and plan its sends again.

    True when either is sure. Raises WeChatFault when the search could not be completed.
    """
    began = clock.now()
    if job["chat_type"] in settling.OTHERS:
        settled = await settling.OTHERS[job["chat_type"]](job)
        return settled or (began >= job["requested_at"] + GRACE and await settling.give_up(job))
    recipients = await _recipients(job["id"])
    for listed in await _listed(job, began):
        missing = await _missing(job, listed, recipients)
        if missing is not None:
            _log.info("job.adopted", job=job["id"])
            return await jobs.adopt(job["id"], listed.msgid, missing)
    if began < job["requested_at"] + GRACE:
        return False
    return await settling.plan_again(job["id"])


async def decide_unknown(send_id: int, repeat: bool, by: Staff) -> None:
    """A person's word on a send that nobody can ask about: plan it again, or close it. Refused: not unknown."""
    async with transaction():
        send = await Send.filter(id=send_id).select_for_update().first()
        if send is None or send.state != "unknown" or send.batch_id is not None:
            raise Refused("这条消息的结果已经明确，无需处理", code="send.not_unknown")
        if repeat:
            await leases.put_back("id = $2 AND state = 'unknown'", send_id)
            await database.execute("UPDATE send SET reason = 'repeated_by_hand' WHERE id = $1", send_id)
        else:
            await database.execute(
                "UPDATE send SET state = 'failed', reason = 'closed_by_hand', ended_at = $2, lease_until = NULL"
                " WHERE id = $1",
                send_id,
                clock.now(),
            )
        await audit.record(by, "send.decided", "send", send_id, repeat=repeat)


async def undecided(limit: int = 200) -> list[Send]:
    """Unknown sends that wait for a person, the oldest first."""
    return await Send.filter(state="unknown", batch_id=None).order_by("requested_at").limit(limit)


async def _listed(job: Job, until: datetime) -> Sequence[GroupMessage]:
    wecom = doors.wecom(job["app"])
    start = job["requested_at"] - SKEW
    end = min(until + SKEW, start + SPAN)
    kind: Literal["single", "group"] = job["chat_type"]
    found = [one async for one in results.every(lambda cursor: wecom.list_group_messages(start, end, kind, cursor))]
    alike = [one for one in found if jobs.hash_of(one.text) == job["text_hash"] and not one.creator]
    taken = await database.fetch(
        "SELECT msgid FROM group_task WHERE app = $2 AND msgid = ANY($1::text[])",
        [one.msgid for one in alike],
        job["app"],
    )
    known = {row["msgid"] for row in taken}
    return [one for one in alike if one.msgid not in known]


async def _missing(job: Job, listed: GroupMessage, recipients: set[str]) -> list[str] | None:
    """The recipients that WeCom reaches through nobody, or None when this is not our job."""
    wecom, msgid = doors.wecom(job["app"]), listed.msgid
    senders = [one.userid async for one in results.every(lambda cursor: wecom.group_message_tasks(msgid, cursor))]
    if not senders or (job["sender_userid"] and senders != [job["sender_userid"]]):
        return None
    if job["chat_type"] == "group":
        # of groups WeCom shows only those sent: sender, text and time have to do
        return []
    targets: set[str] = set()
    for userid in senders:
        targets |= {one.target for one in await results.read_results(wecom, msgid, userid)}
    return sorted(recipients - targets) if targets and targets <= recipients else None


async def _recipients(job_id: int) -> set[str]:
    rows = await database.fetch("SELECT recipient FROM send WHERE batch_id = $1", job_id)
    return {row["recipient"] for row in rows}
