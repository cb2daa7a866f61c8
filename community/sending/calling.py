"""Messages that go out one by one: a few slices in flight, each written as requested, called, and recorded together."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from community.sending import outcomes, pacing, requesting
from community.sending.channels.shape import Channel, Message
from community.sending.channels.table import ONE_BY_ONE
from community.sending.leases import Leased
from community.sending.outcomes import Outcome
from kernel import crashpoints, logs
from wechat.faults import WeChatFault

SLICE = 16
_log = logs.get(__name__)


async def send(owner: str, name: str, rows: Sequence[Leased], texts: Mapping[int, str]) -> None:
    """Send claimed rows of one channel; at most `at_once` of them are between request and record at any moment."""
    channel = ONE_BY_ONE[name]
    size = min(SLICE, channel.at_once)
    slices = iter([rows[start : start + size] for start in range(0, len(rows), size)])

    async def work() -> None:
        # the workers draw from one iterator: a slow slice holds back nobody else
        for some in slices:
            await _send_slice(owner, name, channel, some, texts)

    async with asyncio.TaskGroup() as group:
        for _ in range(min(max(channel.at_once // size, 1), -(-len(rows) // size))):
            group.create_task(work())


async def _send_slice(
    owner: str, name: str, channel: Channel, rows: Sequence[Leased], texts: Mapping[int, str]
) -> None:
    await pacing.take(name, channel.per_second, len(rows))
    going = await requesting.request(owner, rows, texts)
    if not going:
        return
    crashpoints.pass_by("sending.after_request")
    found = await asyncio.gather(*(_call(channel, Message(row, texts[row.id])) for row in going))
    crashpoints.pass_by("sending.after_call")
    await outcomes.record(owner, name, [(row.id, outcome) for row, outcome in zip(going, found, strict=True)])
    crashpoints.pass_by("sending.after_record")


async def _call(channel: Channel, message: Message) -> Outcome:
    try:
        return Outcome(channel.accepted_as, msgid=await channel.call(message))
    except WeChatFault as fault:
        outcome = outcomes.of_fault(fault, message.row.attempts, app=message.row.app)
        return Outcome(channel.accepted_as, msgid=outcome.msgid) if outcome.state == "accepted" else outcome
    except Exception:
        # a bug must not take the slice with it, and nobody knows whether this one went out
        _log.exception("send.broke", send=message.row.id, channel=message.row.channel)
        return Outcome("unknown", "broke")
