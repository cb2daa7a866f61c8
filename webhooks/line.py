"""The intake's own connection: a pool's take and give-back would cost a round trip on every commit."""

from __future__ import annotations

from typing import Any

import asyncpg

from kernel import settings

CONNECT_WITHIN_S = 2.0
AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)
"""What is raised while the database is away, too busy or starting: it may be there again in a moment."""


class Line:
    """One connection, opened when first needed and again after it broke."""

    def __init__(self) -> None:
        self._connection: asyncpg.Connection | None = None

    async def fetch(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of one statement, which is its own transaction."""
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(settings.get().database_url, timeout=CONNECT_WITHIN_S)
        rows: list[asyncpg.Record] = await self._connection.fetch(sql, *arguments)
        return rows

    def drop(self) -> None:
        """Give the connection up without a word: nobody knows what state it is in."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None

    async def close(self) -> None:
        """Say goodbye to the database."""
        connection, self._connection = self._connection, None
        if connection is not None and not connection.is_closed():
            await connection.close(timeout=CONNECT_WITHIN_S)
