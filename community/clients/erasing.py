"""What this package holds of a client, and how it goes: ids, names, numbers, tags, timeline, the row's own fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from community.clients import merging, personal, returning
from kernel import clock, database

# up to whom they were merged into, then down to all who were ever merged into these: one person, whichever is named
WITH_MERGED = """
WITH RECURSIVE standing AS (
  SELECT id, merged_into_id FROM client WHERE id = ANY($1::bigint[])
  UNION
  SELECT c.id, c.merged_into_id FROM client c JOIN standing s ON c.id = s.merged_into_id
), everybody AS (
  SELECT id FROM standing
  UNION
  SELECT c.id FROM client c JOIN everybody e ON c.merged_into_id = e.id
)
SELECT id FROM client WHERE id IN (SELECT id FROM everybody) AND erased_at IS NULL ORDER BY id FOR UPDATE
"""
# {tables}: what must not point at an empty row; read before the lock, which a late writer doesn't hold any more
LATE = """
SELECT id FROM client c WHERE erased_at >= $1 AND (
  name_sealed IS NOT NULL OR phone_sealed IS NOT NULL OR source <> 'erased' OR merged_into_id IS DISTINCT FROM id
  OR EXISTS (SELECT FROM send WHERE client_id = c.id AND (recipient <> '' OR msgid <> '' OR body_sealed IS NOT NULL))
  {tables}
) ORDER BY id LIMIT 1000 FOR UPDATE
"""
NAMED = "SELECT id, name_sealed, phone_sealed FROM client WHERE id = ANY($1::bigint[])"
IDENTITIES = "SELECT id, sealed FROM identity WHERE client_id = ANY($1::bigint[]) AND kind = 'bank_number'"
EXTERNAL = """
SELECT external_userid AS value FROM contact WHERE client_id = ANY($1::bigint[])
UNION SELECT openid FROM fan WHERE client_id = ANY($1::bigint[])
UNION SELECT value FROM identity WHERE client_id = ANY($1::bigint[]) AND kind <> 'bank_number'
"""
# the ledger of consent stays as evidence of when what was agreed; what it was shown by may lead to a message
LEDGER = "UPDATE consent SET evidence = '' WHERE client_id = ANY($1::bigint[]) AND evidence <> ''"
EMPTY = """
UPDATE client SET name_sealed = NULL, name_index = NULL, phone_sealed = NULL, phone_index = NULL,
  phone_tail_index = NULL, gender = '', branch_id = NULL, owner_id = NULL, source = 'erased', marketing_consent = false,
  opted_out_at = NULL, last_activity_at = NULL, merged_into_id = id, consent_seq = consent_seq + 1,
  erased_at = coalesce(erased_at, $2)
WHERE id = ANY($1::bigint[])
"""
GOING = ("identity", "fan", "contact", "client_tag", "timeline_entry", "consent_state")
_BREAKS = re.compile(r"[^\w\-]+")


async def lock_with_merged(client_ids: Sequence[int]) -> list[int]:
    """These clients and whoever they are one with after merges, locked in order; those erased before are left out."""
    return [row["id"] for row in await database.fetch(WITH_MERGED, list(client_ids))]


async def lock_written_since(since: datetime, may_stay: frozenset[str]) -> list[int]:
    """Rows emptied since then that something was written about again, locked; `may_stay`: tables that keep numbers."""
    pointing = await database.fetch(merging.REFERRING)
    tables = "".join(
        f" OR EXISTS (SELECT FROM {row['table_name']} WHERE {row['column_name']} = c.id)"
        for row in pointing
        if row["table_name"] not in may_stay
    )
    return [row["id"] for row in await database.fetch(LATE.format(tables=tables), since)]


async def identifiers(client_ids: Sequence[int]) -> frozenset[str]:
    """Every name, number and platform id by which these clients are known, in the clear: to find them, never kept."""
    found = set(await platform_ids(client_ids))
    for row in await database.fetch(NAMED, list(client_ids)):
        found |= {
            personal.open_name(row["id"], row["name_sealed"]),
            personal.open_phone(row["id"], row["phone_sealed"]),
        }
    for row in await database.fetch(IDENTITIES, list(client_ids)):
        found.add(personal.open_bank_number(row["id"], row["sealed"]))
    return frozenset(found - {""})


async def platform_ids(client_ids: Sequence[int]) -> frozenset[str]:
    """The ids by which WeChat knows these clients: no name that somebody else may bear as well."""
    return frozenset(row["value"] for row in await database.fetch(EXTERNAL, list(client_ids)))


def names_any(text: str, known: frozenset[str]) -> bool:
    """Whether one of the identifiers stands in a text as a word of its own; looks at each word once."""
    return not known.isdisjoint(_BREAKS.split(text))


async def erase(client_ids: Sequence[int]) -> dict[str, int]:
    """Remove all that identifies these clients; rows by table. The rows themselves stay, empty."""
    touched = {"erased_number": await returning.note(client_ids)}
    for table in GOING:
        statement = f"DELETE FROM {table} WHERE client_id = ANY($1::bigint[])"  # noqa: S608  # names of this file
        touched[table] = await database.execute(statement, list(client_ids))
    touched["consent"] = await database.execute(LEDGER, list(client_ids))
    touched["client"] = await database.execute(EMPTY, list(client_ids), clock.now())
    return touched
