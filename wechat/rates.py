"""How fast each API may be called by all processes together: token buckets in Redis, taken in blocks.

The limits are data (`rates.json`, and through it `limits` with their dates). Without Redis each process keeps to the
same rate by itself, until Redis is back.
A limit of n calls in t seconds becomes a bucket that holds a tenth of n and fills with nine tenths of it in t: so no
span of t seconds ever sees more than n calls, however they come.
"""

from __future__ import annotations

import asyncio
import functools
import json
import time
from dataclasses import dataclass, field
from datetime import date
from importlib import resources
from typing import Any

import redis.exceptions

from kernel import cache, clock, logs
from wechat import limits
from wechat.events import Side

BURST = 0.1
BLOCK_S = 0.2
"""One trip to Redis fetches what this many seconds allow: cheap where calls are many, smooth where they are few."""
KEPT_S = 1.0
"""What is left of a block after so long is given up."""
LONGEST_S = 10.0
"""Who would have to wait longer is told to come back, and nothing is taken."""
APART_S = 5.0
SECONDS = {"minute": 60, "hour": 3600, "day": 86_400}
SHORT_SIDE = {"official_account": "oa", "wecom": "wecom"}
TAKE = """
local now = redis.call('TIME')
local at = now[1] + now[2] / 1000000
local wanted, longest, wait, lefts = tonumber(ARGV[1]), tonumber(ARGV[2]), 0, {}
for i, key in ipairs(KEYS) do
  local rate, most = tonumber(ARGV[1 + 2 * i]), tonumber(ARGV[2 + 2 * i])
  local kept = redis.call('HMGET', key, 'left', 'at')
  local left = math.min(most, (tonumber(kept[1]) or most) + (at - (tonumber(kept[2]) or at)) * rate) - wanted
  lefts[i], wait = left, math.max(wait, -left / rate)
end
if wait <= longest then
  for i, key in ipairs(KEYS) do
    redis.call('HSET', key, 'left', tostring(lefts[i]), 'at', tostring(at))
    redis.call('PEXPIRE', key, math.ceil(tonumber(ARGV[2 + 2 * i]) / tonumber(ARGV[1 + 2 * i]) * 1000) + 10000)
  end
end
return tostring(wait)
"""
_log = logs.get(__name__)
_local: dict[str, tuple[float, float]] = {}
_apart_until = 0.0


@dataclass(frozen=True, slots=True)
class Rate:
    """One bucket: how much it holds, and how much comes back in a second."""

    name: str
    most: float
    per_second: float


@dataclass(slots=True)
class Block:
    """What this process has in hand of one API."""

    rates: tuple[Rate, ...]
    left: float = 0.0
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Pacer:
    """Paces the calls of one account (an appid or corpid: apps of one corp share its limits)."""

    def __init__(self, side: Side, account: str) -> None:
        self._side: Side = side
        self._account = account
        self._blocks: dict[str, Block] = {}

    async def take(self, api: str, share: float = 1.0) -> float:
        """Wait for one call's turn; 0, or the seconds to come back after when that would be too long.

        share: part of the usual rate, after the platform said that we are too fast.
        """
        block = self._blocks.get(api) or self._blocks.setdefault(api, Block(of(self._side, api)))
        if not block.rates:
            return 0.0
        if block.left < 1 or block.until < time.monotonic():
            async with block.lock:
                if block.left < 1 or block.until < time.monotonic():
                    wait = await self._fetch(api, block, share)
                    if wait > LONGEST_S:
                        return wait
        block.left -= 1
        return 0.0

    async def _fetch(self, api: str, block: Block, share: float) -> float:
        block.rates = of(self._side, api)
        slowest = min(rate.per_second for rate in block.rates) * share
        wanted = max(1, min(int(slowest * BLOCK_S), int(min(rate.most for rate in block.rates))))
        keys = [f"huiliu:rate:{self._side}:{self._account}:{api}:{rate.name}" for rate in block.rates]
        wait = await _shared(keys, block.rates, wanted, share)
        if wait <= LONGEST_S:
            await asyncio.sleep(wait) if wait > 0 else None
            block.left, block.until = float(wanted), time.monotonic() + KEPT_S
        return wait


def of(side: Side, api: str) -> tuple[Rate, ...]:
    """The buckets of an API today: its own where the data names it, else those of all APIs of the side."""
    return _of(side, api, clock.today())


@functools.lru_cache(maxsize=1024)
def _of(side: Side, api: str, _day: date) -> tuple[Rate, ...]:
    ours = [row for row in _rows() if row["side"] == SHORT_SIDE[side]]
    found = [row for row in ours if row["api"] == api] or [row for row in ours if row["api"] == "*"]
    return tuple(_rate(row) for row in found)


def _rate(row: dict[str, Any]) -> Rate:
    if "limit" in row:
        limit = limits.at(row["limit"], clock.now())
        calls, seconds = limit.number(clock.now()), SECONDS[limit.per]
    else:
        calls, seconds = int(row["calls"]), int(row["seconds"])
    return Rate(str(seconds), max(calls * BURST, 1), calls * (1 - BURST) / seconds)


@functools.lru_cache(maxsize=1)
def _rows() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(resources.files("wechat").joinpath("rates.json").read_text("utf-8"))
    return rows


async def _shared(keys: list[str], rates: tuple[Rate, ...], wanted: int, share: float) -> float:
    global _apart_until
    if time.monotonic() >= _apart_until:
        numbers = [number for rate in rates for number in (rate.per_second * share, rate.most)]
        try:
            answer = await cache.redis_client().eval(TAKE, len(keys), *keys, wanted, LONGEST_S, *numbers)
            return float(answer)
        except (redis.exceptions.RedisError, OSError) as error:
            _apart_until = time.monotonic() + APART_S
            _log.warning("rates.alone", reason=type(error).__name__)
    return _alone(keys, rates, wanted, share)


def _alone(keys: list[str], rates: tuple[Rate, ...], wanted: int, share: float) -> float:
    now, wait, lefts = time.monotonic(), 0.0, {}
    for key, rate in zip(keys, rates, strict=True):
        pace = rate.per_second * share
        left, at = _local.get(key, (rate.most, now))
        lefts[key] = min(rate.most, left + (now - at) * pace) - wanted
        wait = max(wait, -lefts[key] / pace)
    if wait <= LONGEST_S:
        _local.update({key: (left, now) for key, left in lefts.items()})
    return wait
