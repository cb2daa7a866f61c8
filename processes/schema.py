"""Every table module, bottom-up in the order of the stack: the ORM gives a table to the first app that can see it."""

from __future__ import annotations

from typing import Any

from kernel import settings

APPS: dict[str, list[str]] = {
    "kernel": ["kernel.models"],
    "wechat": ["wechat.models"],
    "staff": ["staff.models", "staff.access.models", "staff.exports.models"],
    "community": [
        "community.clients.models",
        "community.clients.mirror_models",
        "community.privacy.models",
        "community.suitability.models",
        "community.sending.models",
        "community.conversations.models",
        "community.groups.models",
        "community.reconciling.models",
    ],
    "loyalty": ["loyalty.assets.models", "loyalty.metrics.models", "loyalty.tiers.models", "loyalty.rewards.models"],
    "campaigns": [
        "campaigns.content.models",
        "campaigns.audience.models",
        "campaigns.planning.models",
        "campaigns.livestreams.models",
        "campaigns.events.models",
        "campaigns.delivery.models",
        "campaigns.journeys.models",
    ],
    "webhooks": ["webhooks.models"],
}


def config(database_url: str = "", pool: tuple[int, int] = (1, 5)) -> dict[str, Any]:
    """The ORM's configuration for this process; `pool` is (smallest, largest) number of connections."""
    return {
        "connections": {"default": connection_url(database_url or settings.get().database_url, pool)},
        "apps": {
            name: {"models": modules, "default_connection": "default", "migrations": f"{name}.migrations"}
            for name, modules in APPS.items()
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def connection_url(database_url: str, pool: tuple[int, int]) -> str:
    """The ORM's form of a PostgreSQL address (postgresql://... also with ?host=/socket/folder) with pool limits."""
    scheme, _, rest = database_url.partition("://")
    if scheme not in ("postgres", "postgresql", "asyncpg"):
        raise ValueError("DATABASE_URL must be a PostgreSQL address")
    joint = "&" if "?" in rest else "?"
    return f"asyncpg://{rest}{joint}minsize={pool[0]}&maxsize={pool[1]}"


OFFLINE = config("postgresql://huiliu@/huiliu")
"""For the migration tool, which compares models with migrations and opens no connection."""
