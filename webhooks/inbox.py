"""The inbox: a callback is stored once, claimed by one worker, and ends handled or as a dead letter to replay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from kernel import clock, database, sealing
from staff import audit
from staff.models import Staff
from webhooks import kinds, storing
from wechat.events import Side

LEASE = timedelta(seconds=30)
URGENT_LEASE = timedelta(seconds=5)
"""How long one worker may hold a callback; short for a welcome, so that a killed worker's is taken over in its 20 s."""
PAUSES_S = (1, 5, 30, 120, 600, 1800, 3600)
"""How long a failed callback waits before each further try; after the last one it is a dead letter."""
LOST_AFTER = timedelta(seconds=5)
"""When a stored callback that nobody took is taken for one whose wake-up was lost."""

CLAIM = """
UPDATE callback SET state = 'claimed', attempts = attempts + 1,
  claimed_until = CASE WHEN lane = 'urgent' THEN $5::timestamptz ELSE $2 END
WHERE id = ANY(ARRAY(
  SELECT id FROM callback
  WHERE {which} AND (state = 'received' OR state = 'failed' AND next_try_at <= $3
    OR state = 'claimed' AND claimed_until < $3)
  ORDER BY lane DESC, id LIMIT $4 FOR UPDATE SKIP LOCKED
))
RETURNING id, side, app, digest, kind, body_sealed, attempts, lane
"""
CLAIM_THESE = CLAIM.format(which="id = ANY($1::bigint[])")
LEFT = "state IN ('received', 'failed', 'claimed') AND created_at < $1"
CLAIM_LEFT = CLAIM.format(which=LEFT)
CLAIM_LEFT_OF_LANE = CLAIM.format(which=f"{LEFT} AND lane = $6")
FINISH = """
UPDATE callback SET state = 'handled', handled_at = $3, problem = '', next_try_at = NULL, claimed_until = NULL
WHERE id = $1 AND state = 'claimed' AND attempts = $2
"""
FINISH_ALL = """
UPDATE callback c SET state = 'handled', handled_at = $3, problem = '', next_try_at = NULL, claimed_until = NULL
FROM unnest($1::bigint[], $2::int[]) AS g(id, attempts)
WHERE c.id = g.id AND c.state = 'claimed' AND c.attempts = g.attempts
"""
FAIL = """
UPDATE callback SET state = CASE WHEN $3::timestamptz IS NULL THEN 'dead' ELSE 'failed' END,
  next_try_at = $3, problem = $4, claimed_until = NULL
WHERE id = $1 AND state = 'claimed' AND attempts = $2
"""
REPLAY = """
UPDATE callback SET state = 'received', attempts = 0, next_try_at = NULL, problem = ''
WHERE id = ANY($1::bigint[]) AND state IN ('dead', 'failed')
RETURNING id
"""


class LostClaim(Exception):
    """Another worker took the callback meanwhile: what this one did must be rolled back."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """One callback that this worker may handle until its lease ends; `attempts` tells two claims apart."""

    id: int
    side: Side
    kind: str
    attempts: int
    digest: str
    app: str
    lane: str
    sealed: bytes = field(repr=False)

    def body(self) -> bytes:
        """The opened body; sealing.Unreadable for one that was altered or whose key is gone.

        Opened one by one, so that a body that can't be read fails alone and not with all that were claimed with it.
        """
        return sealing.unseal(
            self.sealed, table="callback", column="body_sealed", row=storing.row_of(self.digest)
        ).encode()


async def claim(ids: Sequence[int], limit: int = 20) -> list[Claimed]:
    """Take those of `ids` that nobody else is handling and that are due."""
    now = clock.now()
    return _claimed(await database.fetch(CLAIM_THESE, list(ids), now + LEASE, now, limit, now + URGENT_LEASE))


async def claim_left(limit: int = 20, lane: str = "") -> list[Claimed]:
    """Take what is due although nobody came for it: lost wake-ups, failures after their pause, leases that ended.

    lane: only this one's; empty for all.
    """
    now = clock.now()
    before, lease, urgent_lease = now - LOST_AFTER, now + LEASE, now + URGENT_LEASE
    if lane:
        return _claimed(await database.fetch(CLAIM_LEFT_OF_LANE, before, lease, now, limit, urgent_lease, lane))
    return _claimed(await database.fetch(CLAIM_LEFT, before, lease, now, limit, urgent_lease))


async def finish(callback: Claimed) -> None:
    """Mark it handled, inside the transaction of its effects; LostClaim when it is not ours any more."""
    if not await database.execute(FINISH, callback.id, callback.attempts, clock.now()):
        raise LostClaim(f"callback {callback.id}")


async def finish_all(claimed: Sequence[Claimed]) -> None:
    """The same for many at once: all, or LostClaim."""
    pairs = [one.id for one in claimed], [one.attempts for one in claimed]
    if await database.execute(FINISH_ALL, *pairs, clock.now()) != len(claimed):
        raise LostClaim(f"one of {len(claimed)} callbacks")


async def fail(callback: Claimed, problem: str, after_s: float | None = None) -> bool:
    """Note why, and try again after a pause that grows (`after_s` when the failure says so); True: a dead letter."""
    tries = callback.attempts - 1
    pause = None if tries >= len(PAUSES_S) else max(after_s or 0, PAUSES_S[tries])
    next_try = None if pause is None else clock.now() + timedelta(seconds=pause)
    await database.execute(FAIL, callback.id, callback.attempts, next_try, problem[:300])
    return next_try is None


async def replay(ids: Sequence[int], *, by: Staff) -> list[int]:
    """Give dead or waiting callbacks a fresh start; returns the ids that had one. The caller wakes the handling."""
    async with database.transaction():
        replayed = [row["id"] for row in await database.fetch(REPLAY, list(ids))]
        for callback_id in replayed:
            await audit.record(by, "callback.replayed", "callback", callback_id)
        return replayed


def _claimed(rows: Sequence[database.Row]) -> list[Claimed]:
    ordered = sorted(rows, key=lambda row: (kinds.LANES.index(row["lane"]), row["id"]))
    return [
        Claimed(
            row["id"],
            row["side"],
            row["kind"],
            row["attempts"],
            row["digest"],
            row["app"],
            row["lane"],
            row["body_sealed"],
        )
        for row in ordered
    ]
