"""Messages of a campaign spread evenly over some hours, so that members and replies aren't flooded in one minute."""

from __future__ import annotations

from datetime import datetime, timedelta

from campaigns.audience import sampling
from campaigns.planning.models import Campaign

RESERVE = timedelta(minutes=30)
"""What is spread must be due this long before it becomes useless, or the last ones never go out."""


def minutes(campaign: Campaign, due_at: datetime, expires_at: datetime) -> int:
    """Over how many minutes a step is spread: as planned, less where its messages would be useless before."""
    room = int((expires_at - RESERVE - due_at).total_seconds() // 60)
    return max(0, min(campaign.spread_minutes, room))


def due_sql(due_at: str, salt: str, spread: str, who: str) -> str:
    """When one person's message is due: the person's own moment within the spread, the same for every step.

    All four are SQL expressions of our own.
    """
    place = sampling.bucket_sql(f"({salt}::text || '{sampling.OF_SPREAD}')", who)
    return f"{due_at}::timestamptz + ({place}) * ({spread}::int * interval '1 minute' / {sampling.BUCKETS})"
