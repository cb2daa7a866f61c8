"""Bringing a database to the schema of this code: app by app, bottom-up, under one lock."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Iterator

import asyncpg
from tortoise import Tortoise, models
from tortoise.migrations.api.migrate import migrate as apply_migrations
from tortoise.migrations.schema_generator.state_apps import StateApps

from kernel import settings
from processes import rights, schema
from wechat import limits

LOCK = 4_242_001
"""Number of the PostgreSQL advisory lock that keeps two migrating processes apart."""
FILTERS = "get_filters_for_field"


async def migrate(database_url: str = "") -> None:
    """Apply what is missing, as the owner; safe to call at every start and from several processes at once."""
    now = settings.get()
    url = database_url or now.owner_database_url or now.database_url
    # the migration tool opens and closes the ORM's pool itself: the lock is held on a connection beside it
    guard = await asyncpg.connect(url)
    try:
        await guard.execute("SELECT pg_advisory_lock($1)", LOCK)
        # the real classes are tied together first, with their filters: this process may go on working with them
        await Tortoise.init(config=schema.config(url, pool=(1, 2)), init_connections=False)
        with _frugally():
            await apply_migrations(config=schema.config(url, pool=(1, 2)))
        # what the platform allows is data: rows that are new in this release are added, none is changed
        await guard.execute(limits.FILL, *limits.columns())
        if now.app_role:
            await rights.grant(guard, now.app_role)
    finally:
        await Tortoise.close_connections()
        await guard.close()


@contextlib.contextmanager
def _frugally() -> Iterator[None]:
    # the tool copies all tables' classes before each step: it builds queries and filters on them that no step asks, and
    # sets the garbage collector off at every turn; together four fifths of the time of a first start
    build, filters, thresholds = StateApps._build_initial_querysets, vars(models)[FILTERS], gc.get_threshold()
    StateApps._build_initial_querysets = lambda _self: None  # type: ignore[method-assign, assignment]
    vars(models)[FILTERS] = lambda *_, **__: {}
    gc.set_threshold(50_000, 20, 50)
    try:
        yield
    finally:
        StateApps._build_initial_querysets = build  # type: ignore[method-assign]
        vars(models)[FILTERS] = filters
        gc.set_threshold(*thresholds)
