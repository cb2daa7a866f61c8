"""The tap of many sends: open, close (pause), reopen, cancel. A closed tap stops even what was already claimed."""

from __future__ import annotations

from collections.abc import Sequence

from community.sending import cancelling, leases, policies, tasks
from community.sending.models import Stream
from community.sending.policies import Policy
from kernel import clock, database
from kernel.database import transaction
from kernel.errors import NotFound, Refused


async def open_stream(
    label: str,
    *,
    products: Sequence[str] = (),
    limits: Policy | None = None,
    rules_version: str = "",
    late_minutes: int | None = None,
) -> int:
    """A new open stream; its number goes into `send.stream_id`. products: codes of what its messages are about.

    limits: the policy under which it was approved; never looser than that, whatever holds on the day. rules_version:
    the wording rules that its texts were checked against. late_minutes: so late its sends may go out after an outage.
    """
    kept = policies.told(limits) if limits is not None else {}
    stream = await Stream.create(
        label=label, products=list(products), limits=kept, rules_version=rules_version, late_minutes=late_minutes
    )
    return stream.id


async def close_stream(stream_id: int, reason: str) -> None:
    """Stop sending. When this returns, no further call begins; what is inside a call already ends by itself.

    reason: shown to staff as it is. Closing a closed stream changes only the reason.
    """
    # the last check before a call holds the stream's row: this statement waits for it, so the answer means "stopped"
    changed = await database.execute(
        "UPDATE stream SET is_open = false, epoch = epoch + is_open::int, reason = $2 WHERE id = $1", stream_id, reason
    )
    if not changed:
        raise NotFound
    await _put_back(stream_id)


async def reopen_stream(stream_id: int) -> None:
    """Send again. Refused (stream.cancelled) after a cancel."""
    async with transaction():
        changed = await database.execute(
            "UPDATE stream SET is_open = true, reason = '' WHERE id = $1 AND cancelled_at IS NULL", stream_id
        )
        if not changed:
            if await Stream.exists(id=stream_id):
                raise Refused("已取消，不能恢复发送", code="stream.cancelled")
            raise NotFound
        tasks.dispatch_stream.later(stream_id)


async def cancel_stream(stream_id: int, reason: str = "已取消") -> int:
    """Stop for good; returns how many sends are skipped because of it.

    Jobs that members have not confirmed are cancelled with WeCom after commit; what a member sent stays sent.
    """
    async with transaction():
        changed = await database.execute(
            "UPDATE stream SET is_open = false, epoch = epoch + is_open::int, reason = $2,"
            " cancelled_at = coalesce(cancelled_at, $3) WHERE id = $1",
            stream_id,
            reason,
            clock.now(),
        )
        if not changed:
            raise NotFound
        await _put_back(stream_id)
        skipped = await cancelling.skip_strays(stream_id)
        tasks.cancel_jobs.later(stream_id)
        return skipped


async def _put_back(stream_id: int) -> None:
    # claimed, but no call has begun: the dispatcher that holds them finds them gone at its last check
    await leases.put_back("stream_id = $2 AND state = 'leased'", stream_id)
