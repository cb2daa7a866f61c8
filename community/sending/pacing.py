"""How fast a channel may be used by all workers together: a token bucket in Redis, taken in blocks.

Without Redis each process keeps to the same rate by itself, until Redis is back.
"""

from __future__ import annotations

import asyncio
import time

import redis

from kernel import cache, logs

BURST_S = 0.5
APART_S = 5.0
KEY = "huiliu:pace:{name}"
TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local rate, wanted, most = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = math.min(most, (tonumber(kept[1]) or most) + (at - (tonumber(kept[2]) or at)) * rate) - wanted
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(at))
redis.call('PEXPIRE', KEYS[1], 10000)
return tostring(math.max(0, -left / rate))
"""
_log = logs.get(__name__)
_local: dict[str, tuple[float, float]] = {}
_apart_until = 0.0


async def take(name: str, per_second: float, count: int) -> None:
    """Wait until `count` calls of the channel may be made; a block is granted whole and may run into debt."""
    await asyncio.sleep(await _shared(name, per_second, count))


async def _shared(name: str, per_second: float, count: int) -> float:
    global _apart_until
    if time.monotonic() >= _apart_until:
        try:
            wait = await cache.redis_client().eval(
                TAKE, 1, KEY.format(name=name), per_second, count, max(per_second * BURST_S, 1)
            )
            return float(wait)
        except (redis.RedisError, OSError) as error:
            _apart_until = time.monotonic() + APART_S
            _log.warning("pacing.alone", channel=name, reason=type(error).__name__)
    return _alone(name, per_second, count)


def _alone(name: str, per_second: float, count: int) -> float:
    now, most = time.monotonic(), max(per_second * BURST_S, 1)
    left, at = _local.get(name, (most, now))
    left = min(most, left + (now - at) * per_second) - count
    _local[name] = (left, now)
    return max(0.0, -left / per_second)
