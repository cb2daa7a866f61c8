"""Token buckets in Redis, all of a request in one round trip; in this process alone while Redis is away."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import redis.exceptions

from kernel import cache, logs

AWAY_S = 5.0
"""For so long Redis isn't asked again after it failed: a lost Redis must not cost each request its time limit."""
REMEMBERED = 20_000
_log = logs.get(__name__)

# Each key holds the moment at which its bucket will be full again. Nothing is taken from any when one is empty.
TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local wait = 0
local full = {}
for i, key in ipairs(KEYS) do
  local each = tonumber(ARGV[2 * i])
  local at = math.max(tonumber(redis.call('GET', key) or now), now) + each
  wait = math.max(wait, at - now - tonumber(ARGV[2 * i - 1]) * each)
  full[i] = at
end
if wait > 0 then return math.ceil(wait) end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%d', math.ceil(full[i])), 'PX', math.max(1, math.ceil(full[i] - now)))
end
return 0
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """`burst` at once, then `per_minute`; the key tells nothing about who is meant."""

    key: str
    burst: int
    per_minute: int

    @property
    def each_ms(self) -> float:
        """How long one request takes to be forgiven."""
        return 60_000 / self.per_minute


class Local:
    """The same buckets in this process's memory: as good as each process alone can know."""

    def __init__(self) -> None:
        self._full: OrderedDict[str, float] = OrderedDict()

    def take(self, wanted: Sequence[Bucket], now_ms: float) -> float:
        """Milliseconds to wait; 0 when one was taken from each."""
        full = {bucket.key: max(self._full.get(bucket.key, now_ms), now_ms) + bucket.each_ms for bucket in wanted}
        wait = max((full[one.key] - now_ms - one.burst * one.each_ms for one in wanted), default=0.0)
        if wait > 0:
            return wait
        for key, at in full.items():
            self._full[key] = at
            self._full.move_to_end(key)
        while len(self._full) > REMEMBERED:
            self._full.popitem(last=False)
        return 0.0


_local = Local()
_away_until = 0.0


async def take(wanted: Sequence[Bucket]) -> float:
    """Take one from each bucket; seconds to wait when one is empty (then nothing is taken), else 0."""
    global _away_until
    if not wanted:
        return 0.0
    if time.monotonic() >= _away_until:
        try:
            return await _ask_redis(wanted) / 1000
        except (redis.exceptions.RedisError, OSError) as error:
            _away_until = time.monotonic() + AWAY_S
            _log.warning("rate.redis_away", reason=type(error).__name__)
    return _local.take(wanted, time.monotonic() * 1000) / 1000


def forget() -> None:
    """Begin anew: empty local buckets, and Redis is asked again (tests)."""
    global _local, _away_until
    _local, _away_until = Local(), 0.0


async def _ask_redis(wanted: Sequence[Bucket]) -> float:
    numbers = [value for bucket in wanted for value in (bucket.burst, bucket.each_ms)]
    script = cache.redis_client().register_script(TAKE)
    return float(await script(keys=[bucket.key for bucket in wanted], args=numbers))
