"""Messages of journeys that are no longer to go out: planned ones are skipped, claimed ones taken back first.

Always inside the transaction of what makes them unwanted, and in statements over sets.
"""

from __future__ import annotations

from collections.abc import Sequence

from community.sending import leases
from kernel import clock, database

# what was passed tells the keys: no pattern is looked for in the ledger
_OF_ENTRIES = """key IN (
    SELECT 'journey:' || e.journey_id || ':' || v.number || ':' || e.id || ':' || p.step
    FROM journey_entry e JOIN journey_version v ON v.id = e.version_id JOIN journey_passage p ON p.entry_id = e.id
    WHERE e.id = ANY({ids}::bigint[]))"""
_SKIP = """
UPDATE send SET state = 'skipped', reason = $1, ended_at = $2, counted_on = NULL WHERE state = 'planned' AND {which}
"""


async def skip(entry_ids: Sequence[int], reason: str) -> int:
    """End what is not on its way yet of these entries; returns how many sends.

    What a dispatcher has only claimed is taken back: it finds it gone at its last check.
    """
    if not entry_ids:
        return 0
    ids = list(entry_ids)
    await leases.put_back("state = 'leased' AND " + _OF_ENTRIES.format(ids="$2"), ids)
    which = _OF_ENTRIES.format(ids="$3")
    return await database.execute(_SKIP.format(which=which), reason, clock.now(), ids)
