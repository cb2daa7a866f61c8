"""One column's sealed values, a batch at a time: opened with the key they have, sealed anew with the current one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kernel import database, sealing
from kernel.sealing import Column

BATCH = 1000

READ = """
SELECT id, {row} AS bound_row, {name} AS bound_name,
  CASE WHEN substring({column} FROM 1 FOR 2) <> $3 THEN {column} END AS old
FROM {table} WHERE id > $1 ORDER BY id LIMIT $2
"""
# in the order of ids, and past rows that somebody else holds: the rotation waits for nobody, nobody waits in a circle.
# Where the old value is gone meanwhile, whoever changed it wins.
WRITE = """
WITH free AS MATERIALIZED (
  SELECT id FROM {table} WHERE id = ANY($1::bigint[]) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE {table} SET {column} = given.new
FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) AS given(id, old, new)
WHERE {table}.id = given.id AND given.id IN (SELECT id FROM free) AND {table}.{column} = given.old
"""
COUNT = """
SELECT get_byte({column}, 0) * 256 + get_byte({column}, 1) AS epoch, count(*) AS values
FROM {table} WHERE {column} IS NOT NULL GROUP BY 1
"""
LEFT = "SELECT count(*) FROM {table} WHERE substring({column} FROM 1 FOR 2) <> $1"
ANY_OF = "EXISTS (SELECT FROM {table} WHERE substring({column} FROM 1 FOR 2) = $2)"


@dataclass(frozen=True)
class Outcome:
    """What a batch did: the last id it looked at (None: there were no more rows), rows seen, values sealed anew, and
    values that do not open at all."""

    last: int | None
    seen: int = 0
    done: int = 0
    broken: int = 0


async def batch(column: Column, after: int, epoch: int) -> Outcome:
    """Seal anew what is not of `epoch` among the next rows; inside a transaction. The ring's current is `epoch`."""
    rows = await database.fetch(_filled(READ, column), after, BATCH, _prefix(epoch))
    if not rows:
        return Outcome(None)
    older = [row for row in rows if row["old"] is not None]
    new = [_anew(column, row) for row in older]
    pairs = [(row["id"], row["old"], value) for row, value in zip(older, new, strict=True) if value is not None]
    done = await _write(column, pairs) if pairs else 0
    return Outcome(rows[-1]["id"], len(rows), done, len(older) - len(pairs))


async def counts(column: Column) -> dict[int, int]:
    """How many values of each epoch the column holds."""
    rows = await database.fetch(_filled(COUNT, column))
    return {row["epoch"]: row["values"] for row in rows}


async def left(column: Column, epoch: int) -> int:
    """How many values are of another epoch than this one."""
    return int(await database.fetch_value(_filled(LEFT, column), _prefix(epoch)))


async def rows_of(column: Column) -> int:
    """How many rows the table has."""
    return int(await database.fetch_value(f"SELECT count(*) FROM {column.table}"))  # noqa: S608  # our own table


def holds_any(columns: Sequence[Column]) -> str:
    """SQL condition: some column holds a value whose first two bytes are $2."""
    return " OR ".join(_filled(ANY_OF, column) for column in columns) or "FALSE"


def _anew(column: Column, row: database.Row) -> bytes | None:
    place = {"table": column.table, "column": row["bound_name"], "row": row["bound_row"]}
    try:
        return sealing.seal(sealing.unseal(bytes(row["old"]), **place), **place)
    except sealing.Unreadable:
        return None


async def _write(column: Column, pairs: Sequence[tuple[int, bytes, bytes]]) -> int:
    ids, old, new = (list(part) for part in zip(*pairs, strict=True))
    return await database.execute(_filled(WRITE, column), ids, old, new)


def _filled(sql: str, column: Column) -> str:
    # names and expressions come from SEALED in our own models, never from a person
    name = column.bound_by or f"'{column.bound_as}'"
    return sql.format(table=column.table, column=column.column, row=column.row, name=name)


def _prefix(epoch: int) -> bytes:
    return epoch.to_bytes(2, "big")
