"""Unknown posts and mass sends: looked for in the platform's list, or named by the id that makes no second one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from community.sending import facts, gate, halting, jobs, leases, post_results
from community.sending.channels import oa_mass, shape
from community.sending.leases import Leased
from community.sending.models import Send
from kernel import clock, database, logs, sealing
from kernel.database import transaction
from wechat.faults import Never

REMEMBERED = timedelta(hours=23)
"""WeChat knows our identifier of a mass send for a day."""
SKEW = timedelta(minutes=2)
SPAN = timedelta(days=29)
CAPS = frozenset({"daily_cap", "monthly_cap", "platform_limit"})
WAITED_OUT = frozenset({"quiet_hours", "channel_held"})
UNKNOWN = f"""
SELECT {leases.COLUMNS}, 0 AS epoch FROM send WHERE batch_id = $1 AND state = 'unknown' ORDER BY id
"""  # noqa: S608  # only constants are filled in
Job = dict[str, Any]
_log = logs.get(__name__)


async def settle_mass(job: Job) -> bool:
    """Make the mass send again under the same identifier: the platform then names the one that it knows, or makes it.

    Whoever may not hear it any more is left out, and quiet hours and held channels are waited out, because it may go
    out only now. Not where sending was stopped meanwhile, or the identifier is forgotten: then a person decides.
    """
    found = await database.fetch(UNKNOWN, job["id"])
    if not found:
        return await plan_again(job["id"])
    rows = [leases.read(row) for row in found]
    if not await _may_repeat(job, rows[0]):
        return await _leave_to_people(job["id"])
    denied = await _denied(rows)
    if any(reason in WAITED_OUT for reasons in denied.values() for reason in reasons):
        return False
    going = [row.recipient for row in rows if row.id not in denied]
    if denied and len(going) < oa_mass.FEWEST:
        return await _leave_to_people(job["id"])
    first = rows[0]
    text = sealing.unseal(bytes(first.body_sealed or b""), table="send", column="body_sealed", row=first.id)
    cards = await jobs.cards_of(first.channel, job["app"], first.attachments)
    try:
        made = await oa_mass.create(shape.Job(job["app"], "", text, going, cards, jobs.once_of(job["id"])))
    except Never:
        return await plan_again(job["id"])
    async with transaction():
        if not made.was_there:
            # made only now: whoever was left out certainly got nothing, and the gate says why, or until when
            await leases.put_back("id = ANY($2::bigint[]) AND state = 'unknown'", list(denied))
        return await jobs.adopt(job["id"], made.msgid, made.failed)


async def _denied(rows: Sequence[Leased]) -> dict[int, tuple[str, ...]]:
    """Why the gate would not let a send go now, by send; caps apart, in which these sends are counted already."""
    async with transaction():
        chunk = await facts.of_chunk(rows)
    said = {row.id: gate.may_send(chunk.of(row)) for row in rows}
    denied = {one: deny.reasons for one, deny in said.items() if isinstance(deny, gate.Deny)}
    against = {one: tuple(reason for reason in reasons if reason not in CAPS) for one, reasons in denied.items()}
    return {one: reasons for one, reasons in against.items() if reasons}


async def settle_post(job: Job) -> bool:
    """Find the post in WeCom's list by its text and the members that it asks, and adopt it."""
    sends = await Send.filter(batch_id=job["id"]).order_by("id")
    if not sends or sends[0].body_sealed is None:
        return False
    first, members = sends[0], [send.recipient for send in sends]
    text = sealing.unseal(bytes(first.body_sealed or b""), table="send", column="body_sealed", row=first.id)
    start = job["requested_at"] - SKEW
    found = await post_results.find(job["app"], text, members, start, min(clock.now() + SKEW, start + SPAN))
    if found is None:
        return False
    await database.execute("UPDATE group_task SET moment_id = $2 WHERE id = $1", job["id"], found.moment_id)
    return await jobs.adopt(job["id"], f"found:{found.moment_id}", [])


async def give_up(job: Job) -> bool:
    """What the platform's list does not show after the grace was never made; a mass send is never given up here."""
    return job["chat_type"] != "mass" and await plan_again(job["id"])


async def plan_again(job_id: int) -> bool:
    """The job was certainly not made: its sends wait again."""
    async with transaction():
        ended = await database.execute(
            "UPDATE group_task SET state = 'failed', reason = 'not_made' WHERE id = $1 AND state = 'unknown'", job_id
        )
        if ended:
            await leases.put_back("batch_id = $2 AND state IN ('requested', 'unknown')", job_id)
            _log.info("job.not_made", job=job_id)
        return bool(ended)


async def _may_repeat(job: Job, send: Leased) -> bool:
    now = clock.now()
    if now > job["requested_at"] + REMEMBERED or (send.expires_at is not None and send.expires_at <= now):
        return False
    if send.stream_id is not None and not await database.fetch_value(
        "SELECT is_open FROM stream WHERE id = $1", send.stream_id
    ):
        return False
    return await halting.is_stopped(send.channel, send.stream_id) is None


async def _leave_to_people(job_id: int) -> bool:
    async with transaction():
        await database.execute(
            "UPDATE group_task SET state = 'failed', reason = 'undecided' WHERE id = $1 AND state = 'unknown'", job_id
        )
        await database.execute(
            "UPDATE send SET batch_id = NULL WHERE batch_id = $1 AND state IN ('requested', 'unknown')", job_id
        )
    return True


OTHERS: dict[str, Callable[[Job], Awaitable[bool]]] = {"mass": settle_mass, "moment": settle_post}
"""By the kind of job; True when what became of it is sure."""
