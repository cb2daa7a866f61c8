"""Callbacks that we can't follow yet: unknown to us, or lacking what they need; kept until we understand them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from kernel import database, logs
from webhooks import inbox
from webhooks.inbox import Claimed
from wechat.events import Broken, Event, Unrecognised

UNKNOWN, QUARANTINED = "unknown", "quarantined"

SET_ASIDE = """
UPDATE callback SET state = $3, problem = $4, next_try_at = NULL, claimed_until = NULL
WHERE id = $1 AND state = 'claimed' AND attempts = $2
"""
LISTED = """
SELECT id, side, app, kind, problem, created_at, copies FROM callback
WHERE state = 'quarantined' ORDER BY id DESC LIMIT $1
"""
_log = logs.get(__name__)


class Kept(NamedTuple):
    """A callback in quarantine: what it is and what it lacks."""

    id: int
    side: str
    app: str
    kind: str
    problem: str
    created_at: datetime
    copies: int


def is_followable(event: Event) -> bool:
    """Whether there is anything to do for this event at all."""
    return not isinstance(event, Unrecognised | Broken)


async def set_aside(callback: Claimed, event: Event) -> None:
    """Keep what can't be followed instead of marking it handled; LostClaim as `inbox.finish`."""
    broken = isinstance(event, Broken)
    reason = f"missing {', '.join(event.missing)}" if isinstance(event, Broken) else ""
    state = QUARANTINED if broken else UNKNOWN
    if not await database.execute(SET_ASIDE, callback.id, callback.attempts, state, reason[:300]):
        raise inbox.LostClaim(f"callback {callback.id}")
    _log.warning("callback.set_aside", callback=callback.id, kind=callback.kind, state=state)


async def kept(limit: int = 50) -> list[Kept]:
    """What is in quarantine, the newest first."""
    return [Kept(**row) for row in await database.fetch(LISTED, limit)]
