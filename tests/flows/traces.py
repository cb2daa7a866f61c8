"""A walk through all that is stored, to find out what still names people, and which tables point at them."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

from kernel import cache, database, sealing
from tests.flows.remembering import People

BREAKS = re.compile(r"[^\w\-]+")


async def found(people: People, data_dir: Path) -> dict[str, set[int]]:
    """Where somebody of these is still named: table.column, redis key or file -> their client numbers.

    Every text, jsonb and bytea column of every table is read; sealed values are opened.
    """
    sealed = {(one.table, one.column): one for one in sealing.columns()}
    hits: dict[str, set[int]] = defaultdict(set)
    columns = await database.fetch(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        " AND data_type IN ('text', 'character varying', 'jsonb', 'json', 'bytea', 'ARRAY') ORDER BY 1, 2"
    )
    for one in columns:
        table, column = one["table_name"], one["column_name"]
        for row in await database.fetch(f'SELECT * FROM "{table}" WHERE "{column}" IS NOT NULL'):
            for text in await _texts(row, column, sealed.get((table, column))):
                hits[f"{table}.{column}"] |= _named_in(text, people)
    redis = cache.redis_client()
    async for key in redis.scan_iter():
        value = await redis.get(key) if await redis.type(key) == "string" else ""
        hits[f"redis:{key}"] |= _named_in(f"{key} {value}", people)
    for path in data_dir.rglob("*"):
        if path.is_file():
            hits[str(path)] |= _named_in(path.read_bytes().decode("utf-8", "replace"), people)
    return {place: who for place, who in hits.items() if who}


def _named_in(text: str, people: People) -> set[int]:
    who = {people.named[word] for word in BREAKS.split(text) if word in people.named}
    # also inside of longer words, where nobody can be told from the others: number 0
    return who or ({0} if any(part in text for part in people.parts) else set())


async def _texts(row: dict[str, Any], column: str, place: sealing.Column | None) -> list[str]:
    value = row[column]
    if not isinstance(value, bytes):
        return [value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)]
    texts = [value.decode("utf-8", "replace")]
    if place is not None and value:
        number = await database.fetch_value(f"SELECT {place.row} FROM {place.table} WHERE id = $1", row["id"])
        name = place.bound_as or row[place.bound_by]
        texts.append(sealing.unseal(value, table=place.table, column=name, row=number))
    return texts


async def tables_of(people: People) -> dict[str, int]:
    """How many rows each table that points at clients has of these."""
    rows = await database.fetch(
        "SELECT k.conrelid::regclass::text AS t, a.attname AS c FROM pg_constraint k JOIN pg_attribute a"
        " ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]"
        " WHERE k.contype = 'f' AND k.confrelid = 'client'::regclass ORDER BY 1"
    )
    return {
        row["t"]: await database.fetch_value(
            f"SELECT count(*) FROM {row['t']} WHERE {row['c']} = ANY($1::bigint[])", people.ids
        )
        for row in rows
    }
