"""Whose account it is, where the bank's file doesn't say."""

from __future__ import annotations

from collections.abc import Iterable

from kernel import database, sealing
from kernel.database import transaction
from loyalty.assets import holdings

LINK = """
UPDATE account SET client_id = pair.client_id
FROM unnest($2::text[], $3::bigint[]) AS pair(number_index, client_id), account before
WHERE account.bank = $1 AND account.number_index = pair.number_index AND before.id = account.id
  AND account.client_id IS DISTINCT FROM pair.client_id
RETURNING before.client_id AS was, account.client_id AS is_now
"""

# a merge moves accounts and days to the client who stays, except days that both had: those are summed anew
LEFT_BEHIND = """
SELECT DISTINCT d.client_id AS was, c.merged_into_id AS is_now
FROM client c JOIN client_day d ON d.client_id = c.id WHERE c.merged_into_id IS NOT NULL
"""


async def link_many(bank: str, pairs: Iterable[tuple[str, int]]) -> int:
    """Link (account number, client) pairs; unknown numbers are passed over. Returns how many links changed."""
    found = {sealing.blind_index("account", number): client_id for number, client_id in pairs}
    async with transaction():
        moved = await database.fetch(LINK, bank, list(found), list(found.values()))
        await _resum(moved)
    return len(moved)


async def follow_merges() -> int:
    """Sum balances anew for clients into whom another was merged; returns how many merges were followed."""
    async with transaction():
        merged = await database.fetch(LEFT_BEHIND)
        await _resum(merged)
    return len(merged)


async def _resum(moved: list[database.Row]) -> None:
    clients = {row["was"] for row in moved} | {row["is_now"] for row in moved}
    await holdings.resum(sorted(client for client in clients if client is not None))
