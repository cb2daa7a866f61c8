"""Signed tokens that may be used once: whoever spends one first is let on, everybody after is not."""

from __future__ import annotations

from datetime import timedelta

from kernel import clock, database, signing
from staff.access.models import SpentToken

KEPT = timedelta(hours=1)
"""Longer than any of these tokens is good."""


async def spend(token: str) -> bool:
    """Whether this is the first use."""
    now = clock.now()
    made = await database.execute(
        "INSERT INTO spent_token (token_hash, expires_at, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
        signing.keyed_hash("spent", token),
        now + KEPT,
        now,
    )
    return made == 1


async def forget_old() -> int:
    """Delete those that are too old to be shown again; returns how many."""
    return await SpentToken.filter(expires_at__lt=clock.now()).delete()
