"""The Redis connection of this process. Nothing of value lives there: losing Redis means delay only."""

from __future__ import annotations

import asyncio

import redis.asyncio

from kernel import settings

_clients: dict[int, redis.asyncio.Redis] = {}


def redis_client() -> redis.asyncio.Redis:
    """One client per event loop, with short time limits; callers cope with redis.RedisError."""
    loop = id(asyncio.get_running_loop())
    if loop not in _clients:
        _clients[loop] = redis.asyncio.from_url(
            settings.get().redis_url, socket_timeout=2, socket_connect_timeout=1, decode_responses=True
        )
    return _clients[loop]


async def close_redis() -> None:
    """Close this loop's client."""
    client = _clients.pop(id(asyncio.get_running_loop()), None)
    if client is not None:
        await client.aclose()
