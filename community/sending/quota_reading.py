"""What one client, or one group, may still get by each channel now: for the pages about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.sending import quotas
from community.sending.quotas import Standing
from kernel import clock, database

CONTACTS = "SELECT DISTINCT external_userid FROM contact WHERE client_id = $1 AND ended_at IS NULL"
WINDOW = """
SELECT coalesce(max(window_left) FILTER (WHERE window_until > $2), 0)::int AS left_now,
  max(window_until) FILTER (WHERE window_until > $2 AND window_left > 0) AS until, count(*)::int AS accounts
FROM fan WHERE client_id = $1 AND subscribed
"""
CHAT = "SELECT chat_id FROM client_group WHERE id = $1"


@dataclass(frozen=True, slots=True)
class OfClient:
    """group_message: None when the client is nobody's contact. window_left: customer-service messages possible now.

    follows: whether the client follows an official account at all.
    """

    group_message: Standing | None
    window_left: int
    window_until: datetime | None
    follows: bool


async def of_client(client_id: int) -> OfClient:
    """The allowances of one client; of several external ids the one with most places left counts."""
    ids = [row["external_userid"] for row in await database.fetch(CONTACTS, client_id)]
    standings = (await quotas.of_recipients("wecom_message", ids)).values() if ids else []
    best = max(standings, key=lambda one: one.left, default=None)
    row = await database.fetch_one(WINDOW, client_id, clock.now()) or {}
    return OfClient(best, row["left_now"] if row["until"] else 0, row["until"], row["accounts"] > 0)


async def of_group(group_id: int) -> Standing | None:
    """The allowance of one client group; None for an unknown one."""
    chat_id = await database.fetch_value(CHAT, group_id)
    return (await quotas.of_recipients("wecom_group", [chat_id]))[chat_id] if chat_id else None
