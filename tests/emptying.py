"""Emptying tables in a test: the audit refuses it, and only the owner of the server can set its triggers aside."""

from __future__ import annotations

from collections.abc import Iterable

from kernel import database


async def empty(tables: Iterable[str]) -> None:
    """TRUNCATE the tables and all that refer to them, numbers from 1 again."""
    await as_owner(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")


async def as_owner(statements: str) -> None:
    """Run statements with all triggers set aside, as somebody who owns the server could."""
    await database.execute_script(f"BEGIN; SET LOCAL session_replication_role = replica; {statements}; COMMIT")
