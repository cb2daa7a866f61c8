"""What callbacks tell about each account's connection: counted in memory, written together every few seconds.

Nothing here is worth a statement per callback; what a dying process had counted and not written is lost, and may be.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from kernel import clock, database, logs
from wechat.events import Side

WRITE = """
INSERT INTO callback_mark AS mark (app, verified_at, received_at, old_key_calls, old_key_at, refused, refused_at,
  refused_reason)
VALUES ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)
ON CONFLICT (app) DO UPDATE SET
  verified_at = greatest(mark.verified_at, excluded.verified_at),
  received_at = greatest(mark.received_at, excluded.received_at),
  old_key_calls = mark.old_key_calls + excluded.old_key_calls,
  old_key_at = greatest(mark.old_key_at, excluded.old_key_at),
  refused = mark.refused || (
    SELECT coalesce(jsonb_object_agg(said.key, said.value::int + coalesce((mark.refused ->> said.key)::int, 0)), '{}')
    FROM jsonb_each_text(excluded.refused) said),
  refused_at = greatest(mark.refused_at, excluded.refused_at),
  refused_reason = CASE WHEN excluded.refused_reason = '' THEN mark.refused_reason ELSE excluded.refused_reason END
"""
_log = logs.get(__name__)


class Account(Protocol):
    """Whose callbacks they are."""

    @property
    def side(self) -> Side:
        """official_account or wecom."""

    @property
    def receive_id(self) -> str:
        """Appid or corpid."""


@dataclass(slots=True)
class Seen:
    """What one account's callbacks told since the last writing."""

    verified_at: datetime | None = None
    received_at: datetime | None = None
    old_key_calls: int = 0
    old_key_at: datetime | None = None
    refused: Counter[str] = field(default_factory=Counter)
    refused_at: datetime | None = None
    refused_reason: str = ""


_seen: dict[str, Seen] = {}


def verified(account: Account) -> None:
    """WeChat checked the address and was answered."""
    _of(account).verified_at = clock.now()


def received(account: Account) -> None:
    """A callback was signed, sealed and understood."""
    _of(account).received_at = clock.now()


def opened_with_old_key(account: Account) -> None:
    """A callback was still sealed with the previous key."""
    seen = _of(account)
    seen.old_key_calls += 1
    seen.old_key_at = clock.now()


def refused(account: Account, reason: str) -> None:
    """A call at the account's address was turned away."""
    seen = _of(account)
    seen.refused[reason] += 1
    seen.refused_at, seen.refused_reason = clock.now(), reason


async def write() -> None:
    """Add what was counted to the table `callback_mark`; without a database it is kept for the next time."""
    for key in list(_seen):
        seen = _seen.pop(key)
        told = json.dumps(dict(seen.refused))
        try:
            await database.execute(
                WRITE,
                key,
                seen.verified_at,
                seen.received_at,
                seen.old_key_calls,
                seen.old_key_at,
                told,
                seen.refused_at,
                seen.refused_reason,
            )
        except Exception as error:  # counters are never worth a failing process
            _seen.setdefault(key, seen)
            _log.warning("callbacks.not_marked", reason=type(error).__name__)
            return


def forget() -> None:
    """Drop what was counted and not written (tests)."""
    _seen.clear()


def _of(account: Account) -> Seen:
    key = f"{account.side}:{account.receive_id}:{getattr(account, 'agentid', 0)}"
    found = _seen.get(key)
    if found is None:
        found = _seen[key] = Seen()
    return found
