"""Clients as the bank knows them, created or updated by their bank number, many in a few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from community.clients import personal, timeline
from kernel import clock, database, records

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('community.clients.registering', 0))"
KNOWN = """
SELECT i.value, c.id, c.name_index, c.phone_index, c.gender, c.branch_id, c.owner_id
FROM identity i JOIN client c ON c.id = i.client_id
WHERE i.kind = 'bank_number' AND i.scope = $1 AND i.value = ANY($2::text[])
"""
CREATE = """
INSERT INTO client (id, source, created_at) SELECT id, $2, $3 FROM unnest($1::bigint[]) AS given(id)
"""
LINK = """
INSERT INTO identity (id, client_id, kind, scope, value, sealed)
SELECT id, client_id, 'bank_number', $1, value, sealed
FROM unnest($2::bigint[], $3::bigint[], $4::text[], $5::bytea[]) AS given(id, client_id, value, sealed)
"""
UPDATE = """
UPDATE client c SET
  name_sealed = coalesce(g.name_sealed, c.name_sealed), name_index = coalesce(g.name_index, c.name_index),
  phone_sealed = coalesce(g.phone_sealed, c.phone_sealed), phone_index = coalesce(g.phone_index, c.phone_index),
  phone_tail_index = coalesce(g.phone_tail_index, c.phone_tail_index),
  gender = coalesce(nullif(g.gender, ''), c.gender),
  branch_id = coalesce(g.branch_id, c.branch_id), owner_id = coalesce(g.owner_id, c.owner_id)
FROM unnest($1::bigint[], $2::bytea[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::bigint[],
  $9::bigint[]) AS g(id, name_sealed, name_index, phone_sealed, phone_index, phone_tail_index, gender, branch_id,
  owner_id)
WHERE c.id = g.id AND c.id IN (SELECT id FROM client WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE)
"""
# ordered by id as everywhere: an import and a consent given meanwhile never wait for each other in a ring
NAME = """
UPDATE client c SET name_sealed = g.sealed, name_index = g.index
FROM unnest($1::bigint[], $2::bytea[], $3::text[]) AS g(id, sealed, index) WHERE c.id = g.id AND c.name_sealed IS NULL
"""


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One client of a bank's file; an empty field leaves what is known. gender: m, f or empty."""

    number: str
    name: str = ""
    phone: str = ""
    gender: str = ""
    branch_id: int | None = None
    owner_id: int | None = None


class Saved(NamedTuple):
    """The client behind each bank number, and how many were created and changed."""

    ids: dict[str, int]
    created: int
    changed: int


async def save_many(bank: str, rows: Sequence[ClientRow], *, source: str = "import") -> Saved:
    """Create or update clients by bank number; of two rows with one number the later counts. Safe to repeat."""
    latest = {personal.bank_number_index(row.number): row for row in rows}
    async with database.transaction():
        # two imports at once would both make the same new client
        await database.fetch(LOCK)
        known = {row["value"]: row for row in await database.fetch(KNOWN, bank, list(latest))}
        strangers = [index for index in latest if index not in known]
        made = dict(zip(strangers, await records.reserve_ids("client", len(strangers)), strict=True))
        if made:
            await _create(bank, {index: latest[index] for index in strangers}, made, source)
        changed = {
            known[index]["id"]: row for index, row in latest.items() if index in known and _differs(row, known[index])
        }
        await _update(changed | {made[index]: latest[index] for index in strangers})
    by_index = {index: row["id"] for index, row in known.items()} | made
    return Saved({row.number: by_index[index] for index, row in latest.items()}, len(made), len(changed))


async def name_if_unknown(names: Mapping[int, str]) -> None:
    """Keep the names that WeChat shows, by client, where the bank has told none."""
    given = {client_id: name for client_id, name in names.items() if name}
    if given:
        await database.execute(
            NAME,
            list(given),
            [personal.seal_name(client_id, name) for client_id, name in given.items()],
            [personal.name_index(name) for name in given.values()],
        )


async def _create(bank: str, rows: dict[str, ClientRow], made: dict[str, int], source: str) -> None:
    await database.execute(CREATE, list(made.values()), source, clock.now())
    identity_ids = await records.reserve_ids("identity", len(rows))
    sealed = [
        personal.seal_bank_number(identity_id, row.number)
        for identity_id, row in zip(identity_ids, rows.values(), strict=True)
    ]
    await database.execute(LINK, bank, identity_ids, [made[index] for index in rows], list(rows), sealed)
    await timeline.record_many(list(made.values()), "client.imported", bank=bank)


async def _update(rows: dict[int, ClientRow]) -> None:
    if not rows:
        return
    given = rows.values()
    await database.execute(
        UPDATE,
        list(rows),
        [personal.seal_name(client_id, row.name) if row.name else None for client_id, row in rows.items()],
        [personal.name_index(row.name) for row in given],
        [personal.seal_phone(client_id, row.phone) if row.phone else None for client_id, row in rows.items()],
        [personal.phone_index(row.phone) for row in given],
        [personal.phone_tail_index(row.phone) for row in given],
        [row.gender for row in given],
        [row.branch_id for row in given],
        [row.owner_id for row in given],
    )


def _differs(row: ClientRow, known: database.Row) -> bool:
    pairs = (
        (personal.name_index(row.name), known["name_index"]),
        (personal.phone_index(row.phone), known["phone_index"]),
        (row.gender, known["gender"]),
        (row.branch_id, known["branch_id"]),
        (row.owner_id, known["owner_id"]),
    )
    return any(given and given != present for given, present in pairs)
