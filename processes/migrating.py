"""Bringing a database to the schema of this code: app by app, bottom-up, under one lock."""

from __future__ import annotations

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as apply_migrations

from kernel import settings
from processes import schema

LOCK = 4_242_001
"""Number of the PostgreSQL advisory lock that keeps two migrating processes apart."""


async def migrate(database_url: str = "") -> None:
    """Apply what is missing; safe to call at every start and from several processes at once."""
    url = database_url or settings.get().database_url
    # the migration tool opens and closes the ORM's pool itself: the lock is held on a connection beside it
    guard = await asyncpg.connect(url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
        await apply_migrations(config=schema.config(url, pool=(1, 2)))
    finally:
        await Tortoise.close_connections()
        await guard.close()
