"""Messages that go out as jobs of members: sends of one sender and text together, one GroupTask per call."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from community.sending import carrying, leases, media, outcomes, pacing, requesting
from community.sending.carrying import Receiver
from community.sending.channels.shape import Job
from community.sending.channels.table import JOBS, JobChannel
from community.sending.leases import Leased
from community.sending.outcomes import Outcome
from kernel import clock, crashpoints, database, records
from kernel.database import transaction
from wechat.faults import Done, WeChatFault
from wechat.shapes import Attachment, GroupMessageMade

PER_SECOND = 20.0
TURN_S = leases.LEASE.total_seconds() / 2
"""How long one claim is worked at: personal texts make a job each, and thousands of them would outlive the lease."""
FIRST_POLL = timedelta(seconds=3)
GONE, AGAIN_S = "media_expired", 5.0
INSERT = """
INSERT INTO group_task (id, campaign_id, stream_id, step, chat_type, sender_userid, text_hash, recipients, state,
                        requested_at, app)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'requested', $9, $10)
"""
ADOPT = """
UPDATE group_task SET state = 'accepted', msgid = $2, accepted_at = $3, next_poll_at = $4, reason = ''
WHERE id = $1 AND state IN ('requested', 'unknown') AND msgid IS NULL
"""
ACCEPT = """
UPDATE send SET lease_until = NULL, lease_owner = '', msgid = $2,
  state = CASE WHEN recipient = ANY($3::text[]) THEN 'failed' ELSE 'accepted' END,
  reason = CASE WHEN recipient = ANY($3::text[]) THEN 'not_a_contact' ELSE '' END,
  accepted_at = CASE WHEN recipient = ANY($3::text[]) THEN NULL ELSE $4::timestamptz END,
  ended_at = CASE WHEN recipient = ANY($3::text[]) THEN $4 ELSE NULL END,
  counted_on = CASE WHEN recipient = ANY($3::text[]) THEN NULL ELSE counted_on END
WHERE batch_id = $1 AND state IN ('requested', 'unknown')
"""


async def send(owner: str, name: str, rows: Sequence[Leased], texts: Mapping[int, str]) -> None:
    """Send claimed rows of one channel, one job after the other; what the turn is too short for is given back."""
    channel = JOBS[name]
    ends = time.monotonic() + TURN_S
    for some in _jobs(rows, texts, channel.largest):
        await pacing.take(name, PER_SECOND, 1)
        task_id, going = await _request(owner, channel, some, texts)
        if going:
            await _create(owner, name, task_id, going, texts[going[0].id])
        if time.monotonic() >= ends:
            await requesting.give_back(owner, [row.id for row in rows])
            return


async def adopt(task_id: int, msgid: str, failed: Sequence[str]) -> bool:
    """Write down that WeCom has the job; `failed` are recipients that it can't reach. False: known before."""
    now = clock.now()
    async with transaction():
        if not await database.execute(ADOPT, task_id, msgid, now, now + FIRST_POLL):
            return False
        await database.execute(ACCEPT, task_id, msgid, list(failed), now)
        return True


async def cards_of(channel: str, app: str, rows: Sequence[Mapping[str, Any]]) -> list[Attachment]:
    """What a job to many carries, as the gateway takes it."""
    return await carrying.ready(channel, Receiver(None, "", app), rows)


def once_of(task_id: int) -> str:
    """Our own id of a job, the same at every try."""
    return f"huiliu-job-{task_id}"


def hash_of(text: str) -> str:
    """By which a job is found again in WeCom's list."""
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _jobs(rows: Sequence[Leased], texts: Mapping[int, str], largest: int) -> Iterator[list[Leased]]:
    alike: dict[tuple[object, ...], list[Leased]] = {}
    for row in rows:
        said = texts[row.id], json.dumps(row.attachments, sort_keys=True)
        alike.setdefault((row.app, row.stream_id, row.campaign_id, row.step, row.sender_userid, *said), []).append(row)
    for some in alike.values():
        # a recipient twice in one job would be sent once: the second waits for a job of its own
        while some:
            once = list({row.recipient: row for row in reversed(some)}.values())[:largest]
            yield once
            taken = {row.id for row in once}
            some = [row for row in some if row.id not in taken]


async def _request(
    owner: str, channel: JobChannel, rows: list[Leased], texts: Mapping[int, str]
) -> tuple[int, list[Leased]]:
    (task_id,) = await records.reserve_ids("group_task", 1)
    async with transaction():
        going = await requesting.request(owner, rows, texts, batch_id=task_id)
        if going:
            first = going[0]
            await database.execute(
                INSERT,
                *(task_id, first.campaign_id, first.stream_id, first.step, channel.chat_type, first.sender_userid),
                hash_of(texts[first.id]),
                len(going),
                clock.now(),
                first.app,
            )
    return task_id, going


async def _create(owner: str, name: str, task_id: int, rows: list[Leased], text: str) -> None:
    first = rows[0]
    crashpoints.pass_by("sending.after_request")
    cards = await _carry(name, rows)
    if isinstance(cards, Outcome):
        await _record(owner, name, task_id, rows, cards)
        return
    made: GroupMessageMade | Outcome
    try:
        recipients = [row.recipient for row in rows]
        made = await JOBS[name].create(Job(first.app, first.sender_userid, text, recipients, cards, once_of(task_id)))
    except Done:
        # done before, but under which msgid? the reconcile finds the job in WeCom's list
        made = Outcome("unknown", "done_before")
    except WeChatFault as fault:
        made = outcomes.of_fault(fault, first.attempts, app=first.app)
        if fault.reason == GONE and first.attempts < 2:
            # the file ended before its day: brought anew, and the job asked for once more
            await media.forget(carrying.assets_in(first.attachments), first.app)
            made = Outcome("planned", GONE, after=AGAIN_S)
    crashpoints.pass_by("sending.after_call")
    if isinstance(made, GroupMessageMade):
        await adopt(task_id, made.msgid, made.failed)
    else:
        await _record(owner, name, task_id, rows, made)
    crashpoints.pass_by("sending.after_record")


async def _carry(name: str, rows: Sequence[Leased]) -> list[Attachment] | Outcome:
    """What the job carries, or what becomes of its sends when a file can't be brought: the message was not made."""
    first = rows[0]
    client_id = first.client_id if len(rows) == 1 else None
    try:
        return await carrying.ready(name, Receiver(client_id, first.sender_userid, first.app), first.attachments)
    except WeChatFault as fault:
        outcome = outcomes.of_fault(fault, first.attempts, app=first.app)
        return Outcome("planned", fault.reason[:60], after=AGAIN_S) if outcome.state == "unknown" else outcome


async def _record(owner: str, name: str, task_id: int, rows: list[Leased], outcome: Outcome) -> None:
    state = "unknown" if outcome.state == "unknown" else "failed"
    async with transaction():
        # a reconcile may have judged the job meanwhile: then its word stands
        changed = await database.execute(
            "UPDATE group_task SET state = $2, reason = $3 WHERE id = $1 AND state = 'requested'",
            *(task_id, state, outcome.reason),
        )
        if changed:
            await outcomes.record(owner, name, [(row.id, outcome) for row in rows])
