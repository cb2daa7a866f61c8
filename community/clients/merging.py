"""Making two client rows one when they turn out to be the same person."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from community.clients import consent, personal, timeline
from kernel import database

REFERRING = """
SELECT k.conrelid::regclass::text AS table_name, a.attname AS column_name, k.conrelid::oid AS oid
FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND k.confrelid = 'client'::regclass AND array_length(k.conkey, 1) = 1
ORDER BY 1, 2
"""
UNIQUE_WITH = """
SELECT array_agg(a.attname ORDER BY a.attnum) AS columns
FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = $1::oid AND i.indisunique
GROUP BY i.indexrelid
HAVING bool_or(a.attname = $2)
"""
FACTS = """
SELECT id, name_sealed, name_index, phone_sealed, phone_index, phone_tail_index,
  EXISTS (SELECT 1 FROM identity i WHERE i.client_id = c.id AND i.kind = 'bank_number') AS at_bank
FROM client c WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE OF c
"""
FILL = """
UPDATE client k SET
  name_sealed = coalesce(k.name_sealed, $3), name_index = coalesce(k.name_index, $4),
  phone_sealed = coalesce(k.phone_sealed, $5), phone_index = coalesce(k.phone_index, $6),
  phone_tail_index = coalesce(k.phone_tail_index, $7),
  gender = coalesce(nullif(k.gender, ''), g.gender), branch_id = coalesce(k.branch_id, g.branch_id),
  owner_id = coalesce(k.owner_id, g.owner_id),
  last_activity_at = greatest(k.last_activity_at, g.last_activity_at),
  marketing_consent = coalesce(last.granted, k.marketing_consent),
  opted_out_at = CASE WHEN last.granted THEN NULL ELSE greatest(k.opted_out_at, g.opted_out_at) END,
  consent_seq = greatest(k.consent_seq, g.consent_seq) + 1
FROM client g LEFT JOIN LATERAL (
  SELECT granted FROM consent
  WHERE client_id IN ($1, $2) AND purpose = 'marketing' AND channel = '' AND product_class = ''
  ORDER BY created_at DESC, id DESC LIMIT 1
) last ON true
WHERE k.id = $1 AND g.id = $2
"""

Follower = Callable[[int, int], Awaitable[None]]
_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Call `follower(keep_id, gone_id)` at the end of each merge, inside its transaction.

    For packages above that this one doesn't know; called at import time of a module that every worker loads.
    """
    if follower not in _followers:
        _followers.append(follower)


async def choose(one_id: int, other_id: int) -> tuple[int, int]:
    """(who stays, who goes): the bank's own client stays, else the older row."""
    rows = {row["id"]: row for row in await database.fetch(FACTS, [one_id, other_id])}
    first, second = sorted((one_id, other_id), key=lambda client_id: (not rows[client_id]["at_bank"], client_id))
    return first, second


async def merge(keep_id: int, gone_id: int) -> None:
    """Point every row of every table from `gone_id` to `keep_id`, fill gaps of the row itself, mark the second.

    A row whose place is taken on the kept side (the same tag, the same campaign step) stays with the gone client:
    history is not rewritten, and nothing reads through a merged client.
    """
    async with database.transaction():
        rows = {row["id"]: row for row in await database.fetch(FACTS, [keep_id, gone_id])}
        gone = rows[gone_id]
        name = personal.open_name(gone_id, gone["name_sealed"])
        phone = personal.open_phone(gone_id, gone["phone_sealed"])
        await database.execute(
            FILL,
            keep_id,
            gone_id,
            personal.seal_name(keep_id, name) if name else None,
            gone["name_index"],
            personal.seal_phone(keep_id, phone) if phone else None,
            gone["phone_index"],
            gone["phone_tail_index"],
        )
        await consent.unite(keep_id, gone_id)
        for place in await database.fetch(REFERRING):
            await _repoint(place["table_name"], place["column_name"], place["oid"], keep_id, gone_id)
        await database.execute("UPDATE client SET merged_into_id = $1 WHERE id = $2", keep_id, gone_id)
        await timeline.record(keep_id, "client.merged", gone=gone_id)
        for follower in _followers:
            await follower(keep_id, gone_id)


async def _repoint(table: str, column: str, oid: int, keep_id: int, gone_id: int) -> None:
    taken = [
        " AND ".join(
            [f"k.{column} = $1", *(f"k.{c} IS NOT DISTINCT FROM t.{c}" for c in row["columns"] if c != column)]
        )
        for row in await database.fetch(UNIQUE_WITH, oid, column)
    ]
    # table and column names come from the database's own catalogue, never from a person
    free = "".join(f" AND NOT EXISTS (SELECT 1 FROM {table} k WHERE {one})" for one in taken)  # noqa: S608
    await database.execute(f"UPDATE {table} t SET {column} = $1 WHERE {column} = $2{free}", keep_id, gone_id)  # noqa: S608
