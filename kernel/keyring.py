"""The data keys of this process, in memory: read from `data_key`, opened by the key source, looked at again with age.

A value of an epoch that this process has not met yet makes it read the table at once, so what another process has
sealed with a brand-new key can always be read. Nothing is sealed with keys that were last looked at more than STALE_S
ago: that is what lets a rotation say when nobody uses an old key any more.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import asyncpg
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kernel import logs, settings, wrapping

FRESH_S = 5.0
"""After so many seconds the keys are looked at again, beside the work."""
STALE_S = 60.0
"""After so many seconds nothing is sealed or opened before the keys were looked at again."""
AHEAD = 8
"""How many epochs beyond the newest known one may be asked for: a made-up number must not cost a query."""
ASK_AGAIN_S = 1.0
WAIT_S = 15.0

_log = logs.get(__name__)


class NoKeys(Exception):
    """The data keys can't be read: no database, no table yet, or the master key does not open them."""


@dataclass(frozen=True)
class Ring:
    """Data keys by epoch, each with whether it seals directly (made before there were epochs) or per table."""

    keys: wrapping.Keys = field(repr=False)
    current: int
    prefix: bytes
    ciphers: dict[tuple[bytes, str], AESGCM] = field(default_factory=dict, repr=False, compare=False)


_ring: Ring | None = None
_fresh_until = 0.0
_asked: dict[int, float] = {}
_reading = threading.Lock()
_thread: ThreadPoolExecutor | None = None


async def open_ring(columns: Sequence[tuple[str, str]]) -> None:
    """Read the keys, and make the first one where there is none; `columns` tell whether something was sealed before."""
    await asyncio.get_running_loop().run_in_executor(_executor(), _read_now, columns)


async def reread() -> None:
    """Look at the keys now (a rotation has moved on, or the table was emptied)."""
    await open_ring(())


def hold(keys: dict[int, bytes], current: int) -> None:
    """Take these keys instead of the table's and never look at it: for measuring and for tests without a database."""
    global _fresh_until
    _take({epoch: (key, False) for epoch, key in keys.items()}, current)
    _fresh_until = float("inf")


def forget() -> None:
    """Know no keys; the next use reads them."""
    global _ring, _fresh_until
    _ring, _fresh_until = None, 0.0
    _asked.clear()


def sealing(table: str) -> tuple[bytes, AESGCM]:
    """The two bytes of the current epoch, and the cipher with which this table's values are sealed now."""
    ring = _ring
    if ring is None or time.monotonic() > _fresh_until:
        ring = _looked_at()
    prefix = ring.prefix
    return prefix, ring.ciphers.get((prefix, table)) or _made(ring, prefix, table)


def opening(prefix: bytes, table: str) -> AESGCM | None:
    """The cipher for values of one epoch; None when there is no such key, or no longer."""
    ring = _ring
    if ring is None or time.monotonic() > _fresh_until:
        ring = _looked_at()
    cipher = ring.ciphers.get((prefix, table))
    if cipher is not None:
        return cipher
    epoch = int.from_bytes(prefix, "big")
    if epoch not in ring.keys and not _may_be_new(ring, epoch):
        return None
    if epoch not in ring.keys:
        ring = _reread_and_wait()
    return _made(ring, prefix, table) if epoch in ring.keys else None


def known() -> Ring:
    """The keys as they are now."""
    return _ring if _ring is not None else _reread_and_wait()


def _may_be_new(ring: Ring, epoch: int) -> bool:
    newest, now = max(ring.keys), time.monotonic()
    if not newest < epoch <= newest + AHEAD or now - _asked.get(epoch, -ASK_AGAIN_S) < ASK_AGAIN_S:
        return False
    _asked[epoch] = now
    return True


def _made(ring: Ring, prefix: bytes, table: str) -> AESGCM:
    key, is_direct = ring.keys[int.from_bytes(prefix, "big")]
    if not is_direct:
        info = f"huiliu|table|{table}".encode()
        key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=info).derive(key)
    return ring.ciphers.setdefault((prefix, table), AESGCM(key))


def _looked_at() -> Ring:
    ring, age = _ring, time.monotonic() - _fresh_until + FRESH_S
    if ring is None or age > STALE_S:
        return _reread_and_wait()
    if _reading.acquire(blocking=False):  # one look at a time, and nobody waits for it
        _executor().submit(_read_beside)
    return ring


def _reread_and_wait() -> Ring:
    _executor().submit(_read_now, ()).result(WAIT_S)
    if _ring is None:
        raise NoKeys("the data keys were not read")
    return _ring


def _read_beside() -> None:
    try:
        _read_now(())
    except Exception as error:
        # nobody waits for this reading: what is not said here is never said. Without the traceback, it holds keys
        _log.warning("keyring.not_read", reason=type(error).__name__)
    finally:
        _reading.release()


def _read_now(columns: Sequence[tuple[str, str]]) -> None:
    global _fresh_until
    url = settings.get().database_url
    if not url:
        raise NoKeys("no database is configured, and the data keys are there")
    began = time.monotonic()
    try:
        keys, current = asyncio.run(wrapping.read(url, columns))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
        raise NoKeys(f"the data keys can't be read: {type(error).__name__}") from error
    _take(keys, current)
    _fresh_until = began + FRESH_S


def _take(keys: wrapping.Keys, current: int) -> None:
    global _ring
    ring = Ring(keys, current, current.to_bytes(2, "big"))
    if ring != _ring:  # the same keys: the ciphers that were made of them stay
        _ring = ring


def _executor() -> ThreadPoolExecutor:
    global _thread
    if _thread is None:
        _thread = ThreadPoolExecutor(1, thread_name_prefix="keyring")
    return _thread
