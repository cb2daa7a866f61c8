"""Dispatch: claim a chunk, let the gate judge it, write the intent, call, write the outcome.

A dispatcher may die at any point: what it had only claimed goes out through another one, what it had requested is
reconciled (`reconciling`), and nothing is ever called twice.
"""

from __future__ import annotations

from collections.abc import Sequence

from community.sending import calling, claiming, jobs, leases, rendering, requesting
from community.sending.channels.table import JOBS
from community.sending.claiming import Lane
from community.sending.leases import Leased
from kernel import crashpoints

JOB_LIMIT = 10_000


async def dispatch(limit: int = 200, *, lane: Lane, stream_id: int | None = None) -> int:
    """Send what is due: per channel one chunk of up to `limit` single messages, or one job of a member.

    lane: "urgent" is everything outside of streams (welcomes first), "campaigns" a stream: the named one, or the first
    that has something due. Returns how many sends were taken, whatever became of them; 0 means that nothing is due.
    """
    if lane == "campaigns" and stream_id is None:
        stream_id = next(iter(await claiming.due_streams()), None)
        if stream_id is None:
            return 0
    owner, taken = leases.new_owner(), 0
    for channel in await claiming.due_channels(stream_id):
        if channel in JOBS:
            claim = await claiming.claim_job(owner, JOB_LIMIT, channel=channel, stream_id=stream_id)
        else:
            claim = await claiming.claim(owner, limit, channel=channel, stream_id=stream_id)
        await send_claimed(owner, claim.rows)
        taken += claim.taken
    return taken


async def send_claimed(owner: str, rows: Sequence[Leased]) -> None:
    """Send what `owner` has claimed; what was stopped or ended since then is left out by the last check."""
    if not rows:
        return
    crashpoints.pass_by("sending.after_claim")
    texts = await rendering.texts(rows)
    await requesting.fail_without_text(owner, [row for row in rows if row.id not in texts])
    by_channel: dict[str, list[Leased]] = {}
    for row in rows:
        if row.id in texts:
            by_channel.setdefault(row.channel, []).append(row)
    for channel, some in by_channel.items():
        await (jobs if channel in JOBS else calling).send(owner, channel, some, texts)
