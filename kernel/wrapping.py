"""Data keys at rest: one wrapped key per epoch in `data_key`, read and made over a connection of their own.

Own connection: keys are also read from plain threads, at a moment when the work that needs them is in a transaction.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import asyncpg

from kernel import clock, key_sources, settings

KEY_BYTES = 32
LOCK = 4_242_005
"""Number of the advisory lock under which epochs are made and moved on."""

READ = "SELECT epoch, wrapped, is_direct, state, source FROM data_key WHERE wrapped IS NOT NULL ORDER BY epoch"
ADD = """
INSERT INTO data_key (epoch, wrapped, is_direct, state, announced_at, current_at, retired_at, by_id, source)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
"""
Keys = dict[int, tuple[bytes, bool]]


async def read(url: str, columns: Sequence[tuple[str, str]] = ()) -> tuple[Keys, int]:
    """Every key that is not destroyed and the current epoch; where there is none, the first one is made."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        rows = await connection.fetch(READ)
        if not any(row["state"] == "current" for row in rows):
            await _make_first(connection, columns)
            rows = await connection.fetch(READ)
    finally:
        await connection.close()
    keys = {row["epoch"]: (open_key(row["source"], row["epoch"], row["wrapped"]), row["is_direct"]) for row in rows}
    return keys, next(row["epoch"] for row in rows if row["state"] == "current")


def fresh(source: key_sources.KeySource, epoch: int) -> bytes:
    """A new random data key for an epoch, wrapped."""
    return close_key(source, epoch, os.urandom(KEY_BYTES))


def close_key(source: key_sources.KeySource, epoch: int, key: bytes) -> bytes:
    """Wrap a key together with its epoch, so that one row's key can't be put into another's."""
    return source.wrap(epoch.to_bytes(2, "big") + key)


def open_key(source: str, epoch: int, wrapped: bytes) -> bytes:
    """Unwrap the key of this epoch, wrapped by the source of that name; raises key_sources.CannotUnwrap."""
    plain = key_sources.wrapped_by(source).unwrap(bytes(wrapped))
    if plain[:2] != epoch.to_bytes(2, "big") or len(plain) != KEY_BYTES + 2:
        raise key_sources.CannotUnwrap(f"the wrapped key of epoch {epoch} is another epoch's")
    return plain[2:]


async def _make_first(connection: asyncpg.Connection, columns: Sequence[tuple[str, str]]) -> None:
    source, before = key_sources.chosen(), settings.get().sealing_key_id
    async with connection.transaction():
        # several processes of a new version may start at once
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        if await connection.fetchval("SELECT count(*) FROM data_key WHERE state = 'current'"):
            return
        now, newest = clock.now(), await connection.fetchval("SELECT max(epoch) FROM data_key")
        if newest is None and await _has_values(connection, columns):
            # until now values were sealed with the setting itself: that key becomes an epoch like any other
            wrapped = close_key(source, before, settings.get().direct_key())
            await connection.execute(ADD, before, wrapped, True, "retired", now, now, now, None, source.name)
        epoch = max(newest or 0, before) + 1
        await connection.execute(ADD, epoch, fresh(source, epoch), False, "current", now, now, None, None, source.name)


async def _has_values(connection: asyncpg.Connection, columns: Sequence[tuple[str, str]]) -> bool:
    for table, column in columns:
        if await connection.fetchval(f"SELECT EXISTS (SELECT FROM {table} WHERE {column} IS NOT NULL)"):  # noqa: S608
            return True
    return False
