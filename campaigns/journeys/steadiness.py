"""What runs is what was approved: a version whose content is another one than its digest says stops its journey."""

from __future__ import annotations

from datetime import timedelta

from campaigns.journeys.models import Journey, JourneyVersion
from kernel import logs, signing
from staff import approvals, audit

SUBJECT = "journey"
GOALS_AFTER = timedelta(days=180)
"""As long as the longest window of a goal: so long after its end an entry can still reach it."""
ALTERED = "内容与批准时不同，已自动停下；请结束后重新送审"
_log = logs.get(__name__)


async def is_as_approved(journey: Journey, version: JourneyVersion) -> bool:
    """Whether the version says exactly what other people approved; otherwise the journey is paused."""
    is_same = signing.content_hash(version.contents) == version.content_hash
    if is_same and await approvals.is_approved(SUBJECT, version.id, version.content_hash):
        return True
    _log.error("journey.altered", journey=journey.id, version=version.number)
    if journey.state != "paused":
        journey.state, journey.hold_reason = "paused", ALTERED
        await journey.save(update_fields=["state", "hold_reason"])
        await audit.record(None, "journey.paused", SUBJECT, journey.id, reason="altered")
    return False
