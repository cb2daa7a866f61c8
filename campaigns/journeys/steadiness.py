"""What runs is what was approved: a version whose content is another one than its digest says stops its journey."""

from __future__ import annotations

from datetime import timedelta

from campaigns.journeys import versions
from campaigns.journeys.models import Journey, JourneyVersion
from community.sending import streams
from kernel import logs, signing
from staff import approvals, audit

SUBJECT = "journey"
GOALS_AFTER = timedelta(days=180)
"""As long as the longest window of a goal: so long after its end an entry can still reach it."""
ALTERED = "内容与批准时不同，已自动停下；请结束后重新送审"
_log = logs.get(__name__)


async def is_as_approved(journey: Journey, version: JourneyVersion) -> bool:
    """Whether the version says exactly what other people approved; otherwise the journey is paused.

    Inside the caller's transaction.
    """
    is_same = signing.content_hash(version.contents) == version.content_hash
    if is_same and await approvals.is_approved(SUBJECT, version.id, version.content_hash):
        return True
    _log.error("journey.altered", journey=journey.id, version=version.number)
    await stop(journey, ALTERED, "altered")
    return False


async def stop(journey: Journey, reason: str, cause: str) -> None:
    """Pause a journey that runs, as a person would: its taps are closed, and what was claimed is planned again.

    Inside the caller's transaction. One that was paused or ended meanwhile stays as it is.
    """
    held = await Journey.select_for_update().get(id=journey.id)
    if held.state in ("running", "closing"):
        held.state, held.hold_reason = "paused", reason[:200]
        await held.save(update_fields=["state", "hold_reason"])
        for stream_id in await versions.stream_ids(held.id):
            await streams.close_stream(stream_id, held.hold_reason)
        await audit.record(None, "journey.paused", SUBJECT, held.id, reason=cause)
    journey.state, journey.hold_reason = held.state, held.hold_reason
