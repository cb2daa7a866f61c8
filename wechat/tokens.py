"""The access token of each app: fetched once for every process, kept sealed in Redis and in the database.

Redis is the quick copy and may vanish at any moment; the row in `access_token` is the one that counts. The lock is
PostgreSQL's, so that it holds whether Redis is there or not.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import copy
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import redis.exceptions

from kernel import cache, clock, database, logs, sealing
from wechat.faults import Blocked

SPARE_S = 60
"""A token with less than this left is not given out any more."""
LONGEST_REFUSAL_S = 60
_log = logs.get(__name__)

READ = "SELECT token_sealed FROM access_token WHERE app = $1"
WRITE = """
INSERT INTO access_token (app, token_sealed, expires_at) VALUES ($1, $2, $3)
ON CONFLICT (app) DO UPDATE SET token_sealed = excluded.token_sealed, expires_at = excluded.expires_at
"""


@dataclass(frozen=True, slots=True)
class Token:
    """One access token and when it ends."""

    value: str = field(repr=False)
    expires_at: datetime

    def is_usable(self, failed: str) -> bool:
        """Whether it lasts for a call and is not the one that WeChat has just refused."""
        return self.value != failed and self.expires_at - clock.now() > timedelta(seconds=SPARE_S)


Fetch = Callable[[], Awaitable[tuple[str, int]]]


class Tokens:
    """The token of one app; `fetch` asks WeChat for (token, seconds it lasts)."""

    def __init__(self, app: str, fetch: Fetch) -> None:
        self.app = app
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._held: Token | None = None
        self._refusals = 0
        self._refused: tuple[Blocked, datetime] | None = None

    async def current(self) -> str:
        """The token to call with."""
        if self._held is not None and self._held.is_usable(""):
            return self._held.value
        return await self._settle("")

    async def renewed(self, failed: str) -> str:
        """A token other than the `failed` one, which WeChat no longer takes; fetched only if nobody else has yet."""
        return await self._settle(failed)

    async def _settle(self, failed: str) -> str:
        async with self._lock:
            token = self._held
            if token is None and not failed:
                # after a refusal Redis is not asked: restored from an old copy it may hold one that is older still
                token = await read_redis(self.app)
            if token is None or not token.is_usable(failed):
                # a context of its own: the row must outlive whatever transaction the caller is in
                fetching = asyncio.create_task(self._fetch_once(failed), context=contextvars.Context())
                token = await fetching
            self._held = token
            return token.value

    async def _fetch_once(self, failed: str) -> Token:
        async with database.transaction():
            await database.fetch("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"access_token:{self.app}")
            token = await read_database(self.app)
            if token is None or not token.is_usable(failed):
                token = await self._ask()
                await database.execute(WRITE, self.app, _seal(self.app, token), token.expires_at)
        await write_redis(self.app, token)
        return token

    async def _ask(self) -> Token:
        # WeCom shuts out a caller after 2 000 bad secrets an hour: a refusal is repeated from memory for a while
        if self._refused is not None and clock.now() < self._refused[1]:
            raise copy.copy(self._refused[0])
        try:
            value, seconds = await self._fetch()
        except Blocked as refusal:
            self._refusals += 1
            pause = timedelta(seconds=min(2**self._refusals, LONGEST_REFUSAL_S))
            self._refused = (refusal, clock.now() + pause)
            raise
        self._refusals, self._refused = 0, None
        return Token(value, clock.now() + timedelta(seconds=seconds))


async def read_redis(app: str) -> Token | None:
    """The quick copy, if Redis is there and has it."""
    try:
        found = await cache.redis_client().get(_key(app))
        return _unseal(app, base64.b64decode(found)) if found else None
    except (redis.exceptions.RedisError, OSError, ValueError) as error:
        _log.warning("token.redis_away", reason=type(error).__name__)
        return None


async def write_redis(app: str, token: Token) -> None:
    """Keep the quick copy until the token ends; without Redis nothing is kept."""
    seconds = int((token.expires_at - clock.now()).total_seconds()) - SPARE_S
    if seconds <= 0:
        return
    try:
        await cache.redis_client().set(_key(app), base64.b64encode(_seal(app, token)).decode(), ex=seconds)
    except (redis.exceptions.RedisError, OSError, ValueError) as error:
        _log.warning("token.redis_away", reason=type(error).__name__)


async def read_database(app: str) -> Token | None:
    """The copy that counts."""
    found = await database.fetch_value(READ, app)
    return _unseal(app, bytes(found)) if found else None


def _key(app: str) -> str:
    return f"wechat:token:{app}"


def _seal(app: str, token: Token) -> bytes:
    text = json.dumps([token.value, token.expires_at.timestamp()])
    return sealing.seal(text, table="access_token", column=app, row=0)


def _unseal(app: str, blob: bytes) -> Token | None:
    try:
        value, ends = json.loads(sealing.unseal(blob, table="access_token", column=app, row=0))
    except (sealing.Unreadable, ValueError, TypeError):
        return None
    return Token(value, datetime.fromtimestamp(ends, UTC))
