"""Emptying tables in a test: the audit refuses it, and only the owner of the server can set its triggers aside."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from kernel import database

LARGE_BYTES = 1 << 20
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"
USED = "SELECT {name} AS name, pg_relation_size({name}) AS bytes WHERE EXISTS (SELECT 1 FROM {table})"
COUNTERS = """
SELECT quote_ident(counter.relname) AS name, owner.relname AS of_table FROM pg_class AS counter
JOIN pg_sequences AS used ON used.sequencename = counter.relname AND used.schemaname = 'public'
LEFT JOIN pg_depend AS tie ON tie.objid = counter.oid AND tie.deptype IN ('a', 'i')
LEFT JOIN pg_class AS owner ON owner.oid = tie.refobjid
WHERE counter.relkind = 'S' AND used.last_value IS NOT NULL
"""


async def empty(tables: Iterable[str]) -> None:
    """TRUNCATE the tables and all that refer to them, numbers from 1 again."""
    await as_owner(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")


async def empty_all_but(kept: Collection[str]) -> None:
    """Leave every table but the kept ones empty, numbers from 1 again.

    To truncate all costs a quarter of a second, whether there was a row or not: only what was used is emptied.
    """
    tables = [row["tablename"] for row in await database.fetch(TABLES) if row["tablename"] not in kept]
    asked = " UNION ALL ".join(USED.format(name=f"'{table}'", table=f'"{table}"') for table in tables)
    used = {row["name"]: row["bytes"] for row in await database.fetch(asked)}
    large = [f'"{name}"' for name, size in used.items() if size > LARGE_BYTES]
    statements = [f'DELETE FROM "{name}"' for name, size in used.items() if size <= LARGE_BYTES]
    statements += [f"TRUNCATE {', '.join(large)} CASCADE"] if large else []
    counters = [row["name"] for row in await database.fetch(COUNTERS) if row["of_table"] not in kept]
    statements += [f"ALTER SEQUENCE {name} RESTART" for name in counters]
    if statements:
        await as_owner("; ".join(statements))


async def as_owner(statements: str) -> None:
    """Run statements with all triggers set aside, as somebody who owns the server could."""
    await database.execute_script(f"BEGIN; SET LOCAL session_replication_role = replica; {statements}; COMMIT")
