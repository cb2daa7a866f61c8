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
    """Send what is due: one chunk of up to `limit` single messages, and one job of a member.

    lane: "urgent" is everything without a stream (welcomes first), "campaigns" the open streams; or one stream only.
    Returns how many sends were taken, whatever became of them; 0 means that nothing is due.
    """
    owner = leases.new_owner()
    single = await claiming.claim(owner, limit, lane=lane, stream_id=stream_id)
    await send_claimed(owner, single.rows)
    job = await claiming.claim_job(owner, JOB_LIMIT, lane=lane, stream_id=stream_id)
    await send_claimed(owner, job.rows)
    return single.taken + job.taken


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
    for channel in sorted(by_channel, key=lambda name: name != "wecom_welcome"):
        await (jobs if channel in JOBS else calling).send(owner, channel, by_channel[channel], texts)
