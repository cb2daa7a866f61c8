"""Linking entries into a hash chain, in batches, by one writer.

The chain's order is the order in which the writer found the entries, not that of their numbers: an entry that becomes
visible late, because its transaction took long, is simply linked later. What still waits stands in audit_waiting,
written in the same statement as the entry, so nothing is passed over and nothing must be searched for.
"""

from __future__ import annotations

from typing import Any

from kernel import clock, database, logs
from staff import audit_heads, audit_mac
from staff.audit_mac import Entry

BATCH = 5_000
_ONE_WRITER = "SELECT pg_advisory_xact_lock(hashtextextended('staff.audit_chain', 0))"
_LAST = "SELECT position, hash FROM audit_link ORDER BY position DESC LIMIT 1"
COLUMNS = """
e.id, (extract(epoch FROM e.created_at) * 1000000)::bigint AS at_us, e.staff_id, e.action, e.subject, e.subject_id,
  e.detail::text AS detail, e.request_id, e.mac
"""
_WAITING = f"""
SELECT {COLUMNS}, w.entry_id FROM audit_waiting w LEFT JOIN audit_entry e ON e.id = w.entry_id
WHERE w.entry_id > $1::bigint ORDER BY w.entry_id LIMIT {BATCH}
"""  # noqa: S608  # our own constants
_log = logs.get(__name__)


async def link() -> int:
    """Link what waits and write the new head outside the database; returns how many entries were linked."""
    linked, after = 0, 0
    while True:
        # page by page: marks whose entry is gone stay, and must not stand in the way of what comes behind them
        found, batch, after = await _link_batch(after)
        linked += batch
        if found < BATCH:
            break
    await _write_head()
    return linked


async def reached() -> tuple[int, str]:
    """Position and hash of the last link; 0 and FIRST before there is one."""
    row = await database.fetch_one(_LAST)
    return (row["position"], row["hash"]) if row else (0, audit_mac.FIRST)


async def _link_batch(after: int) -> tuple[int, int, int]:
    """How many marks were found behind entry `after`, how many entries were linked, and the last mark's entry."""
    async with database.transaction():
        await database.fetch(_ONE_WRITER)
        position, chain_hash = await reached()
        now, links = clock.now(), list[tuple[Any, ...]]()
        rows = await database.fetch(_WAITING, after)
        if gone := [row["entry_id"] for row in rows if row["id"] is None]:
            # an entry is gone before it was linked: the mark stays for the verification to find
            _log.error("audit.entry_gone", entries=len(gone), first=gone[0])
        for row in rows:
            if row["id"] is None:
                continue
            position += 1
            chain_hash = audit_mac.chained(chain_hash, Entry(*list(row.values())[:9]))
            links.append((now, position, row["id"], chain_hash))
        if links:
            await database.copy_in("audit_link", ("created_at", "position", "entry_id", "hash"), links)
            done = [one[2] for one in links]
            await database.execute("DELETE FROM audit_waiting WHERE entry_id = ANY($1::bigint[])", done)
    return len(rows), len(links), rows[-1]["entry_id"] if rows else after


async def _write_head() -> None:
    position, chain_hash = await reached()
    if position:
        audit_heads.append(position, chain_hash, clock.now())
