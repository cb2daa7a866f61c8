"""Bringing a database to the schema of this code: app by app, bottom-up, under one lock."""

from __future__ import annotations

import asyncpg
from tortoise import Tortoise
from tortoise.migrations.api.migrate import migrate as apply_migrations

from kernel import settings
from processes import rights, schema

LOCK = 4_242_001
"""Number of the PostgreSQL advisory lock that keeps two migrating processes apart."""


async def migrate(database_url: str = "") -> None:
    """Apply what is missing, as the owner; safe to call at every start and from several processes at once."""
    now = settings.get()
    url = database_url or now.owner_database_url or now.database_url
    # the migration tool opens and closes the ORM's pool itself: the lock is held on a connection beside it
    guard = await asyncpg.connect(url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
        await apply_migrations(config=schema.config(url, pool=(1, 2)))
        if now.app_role:
            await rights.grant(guard, now.app_role)
    finally:
        await Tortoise.close_connections()
        await guard.close()
