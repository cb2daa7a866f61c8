"""All followers of an official account: openids, ten thousand a page, compared in a few statements."""

from __future__ import annotations

from typing import NamedTuple

from community.clients import fan_listing
from community.clients import tasks as client_tasks
from community.reconciling import believing, drift, pacing
from community.reconciling.models import ReconcileRun
from community.reconciling.passes import Incomplete, Taken, This
from wechat import doors
from wechat.events import Side
from wechat.faults import Never

SIDE: Side = "official_account"
AT_ONCE = 100


class Found(NamedTuple):
    """One page of openids."""

    openids: tuple[str, ...]


async def plan(this: This) -> list[str]:
    """From the first follower on; of an incremental pass from the newest one that the last pass saw."""
    if this.is_full:
        return [""]
    done = ReconcileRun.filter(scope="fans", app=this.app, complete=True).exclude(mark="")
    before = await done.order_by("-id").first()
    return [before.mark] if before else []


async def read(this: This, item: str, cursor: str) -> tuple[Found, str]:
    """A page of openids after a cursor."""
    try:
        page = await doors.official_account(this.app).all_openids(cursor or item)
    except Never as never:
        # the openid that we go on from has left meanwhile: only a pass from the beginning tells the truth
        raise Incomplete(f"the place to go on from is no longer known ({never.errcode})") from None
    return Found(page.items), page.cursor


async def take(this: This, found: Found) -> Taken:
    """Mark whom we know as seen, take in whom we don't know or thought gone."""
    if not found.openids:
        return Taken()
    seen = await fan_listing.see(this.run_id, this.app, found.openids, this.started_at)
    await drift.note(this.run_id, "fan", "missing_here", len(seen), samples=seen)
    if seen:
        client_tasks.read_unread.later()
    return Taken(len(found.openids), len(seen), mark=found.openids[-1])


async def finish(this: This) -> int:
    """Whom a complete list lacks and who, asked for one by one, does not follow, has left."""
    if not this.is_full:
        return 0
    lost = await fan_listing.unseen(this.run_id, this.app, this.started_at)
    samples = ((one.openid, one.client_id) for one in lost)
    await drift.note(this.run_id, "fan", "missing_there", len(lost), mended=0, samples=samples)
    believing.check(len(lost), await fan_listing.count(this.app))
    removed = 0
    for start in range(0, len(lost), AT_ONCE):
        await pacing.wait(this.app)
        asked = [one.openid for one in lost[start : start + AT_ONCE]]
        told = await doors.official_account(this.app).fans(asked)
        removed += await fan_listing.end(this.app, [one.openid for one in told if not one.follows])
    await drift.mend(this.run_id, "fan", "missing_there", removed)
    return removed
