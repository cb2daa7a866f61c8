"""Erasing clients: every package with data about clients says how its own goes; what stays is named with its basis.

The client's row stays as an empty one that points at itself as merged: numbers in ledgers that the law keeps lead to
nobody, nothing reads through it, and whoever comes back by a later file or message is a new client.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from community.clients import erasing as clients
from community.privacy import retained
from kernel import database
from staff import erasing as staff
from staff.exports import erasing as exports

Eraser = Callable[[Sequence[int]], Awaitable[dict[str, int]]]
"""Erases what one package holds of many clients, set-based, in the caller's transaction; rows touched by table."""

_ERASERS: dict[str, Eraser] = {}
REQUESTS = """
UPDATE privacy_request SET wish_sealed = NULL, change_sealed = NULL, answer = ''
WHERE client_id = ANY($1::bigint[]) AND (wish_sealed IS NOT NULL OR change_sealed IS NOT NULL OR answer <> '')
"""
ASKED = "SELECT id FROM privacy_request WHERE client_id = ANY($1::bigint[])"


def register(name: str, eraser: Eraser) -> None:
    """Let a package above take part in every erasure; at import time, see processes.registrations."""
    _ERASERS[name] = eraser


def registered() -> frozenset[str]:
    """The packages that take part, besides those that this one calls itself."""
    return frozenset(_ERASERS)


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Erase these clients and whoever was merged into them; how many rows of each table changed or went.

    All or nothing, in one transaction. The identifiers are still known while the packages above erase theirs, and go
    last.
    """
    touched: Counter[str] = Counter()
    async with database.transaction():
        everybody = await clients.lock_with_merged(client_ids)
        touched.update(await _empty(everybody) if everybody else {})
    return {table: count for table, count in sorted(touched.items()) if count}


async def erase_late(since: datetime) -> list[int]:
    """Erase once more whom something was written about while they were erased, since then; their empty rows.

    A callback or an import that waited for the client's row writes on when the erasure has let go of it.
    """
    async with database.transaction():
        shells = await clients.lock_written_since(since, retained.EMPTIED)
        if shells:
            await _empty(shells)
    return shells


async def _empty(everybody: Sequence[int]) -> Counter[str]:
    touched: Counter[str] = Counter()
    asked = [row["id"] for row in await database.fetch(ASKED, list(everybody))]
    for eraser in _ERASERS.values():
        touched.update(await eraser(everybody))
    touched.update(await staff.erase(everybody, asked))
    touched["export"] += await exports.drop_files()
    touched["privacy_request"] += await database.execute(REQUESTS, list(everybody))
    touched.update(await clients.erase(everybody))
    return touched
