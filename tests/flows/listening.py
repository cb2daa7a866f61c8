"""What an instance leaves behind or lets slip while people work with it, and the looking through all of it."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import threading
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Iterator
from pathlib import Path

import psutil
import redis.asyncio

from tests.flows.canaries import Flock
from tests.flows.instances import Instance
from tests.waiting import until

LOOK_AGAIN_S = 0.2
Finds = dict[str, set[str]]
READ = {
    b"string": lambda client, key: client.get(key),
    b"list": lambda client, key: client.lrange(key, 0, -1),
    b"set": lambda client, key: client.smembers(key),
    b"hash": lambda client, key: client.hgetall(key),
    b"zset": lambda client, key: client.zrange(key, 0, -1),
}


class Harvest:
    """The places that were looked through for the words of a flock, how much stood there, and what was found."""

    def __init__(self, flock: Flock) -> None:
        self.flock = flock
        self.finds: Finds = defaultdict(set)
        self.pieces: Counter[str] = Counter()
        self.bytes: Counter[str] = Counter()
        self._known_clean: set[bytes] = set()

    def look(self, place: str, pieces: Iterable[str | bytes], name: str = "") -> None:
        """Look through texts of one place; a find is named, or told by how the text begins."""
        for piece in pieces:
            text = piece.decode("utf-8", "replace") if isinstance(piece, bytes) else piece
            self._count(place, len(piece))
            if hits := self.flock.seen_in(text):
                self.finds[f"{place}: {name or _around(text, hits)}"] |= hits

    def look_into(self, place: str, path: Path) -> None:
        """Look through a file, whatever it holds."""
        with contextlib.suppress(OSError):
            self.look_inside(place, path.read_bytes(), f": {path}")

    def look_inside(self, place: str, data: bytes, name: str = "") -> None:
        """Look through what a file holds."""
        self._count(place, len(data))
        digest = hashlib.sha256(data).digest()
        # a server keeps every empty database three times, and much room that is nothing but zeros
        if digest not in self._known_clean:
            if hits := self.flock.seen_in_bytes(data.rstrip(b"\x00")):
                self.finds[place + name] |= hits
            else:
                self._known_clean.add(digest)

    def told(self) -> str:
        """The figures, a line for each place."""
        lines = [f"{place}: {self.pieces[place]:,} pieces, {self.bytes[place]:,} bytes" for place in self.pieces]
        words = 6 * len(self.flock.all)
        total = (
            f"{len(self.pieces)} kinds of places, {sum(self.pieces.values()):,} pieces, {sum(self.bytes.values()):,}"
        )
        return "\n".join([*lines, f"{total} bytes looked through for {words:,} words: {len(self.finds)} finds"])

    def _count(self, place: str, size: int) -> None:
        self.pieces[place] += 1
        self.bytes[place] += size


@contextlib.asynccontextmanager
async def to_redis(instance: Instance) -> AsyncIterator[list[bytes]]:
    """Every command that reaches Redis meanwhile (sessions, buckets, tokens, the tasks and their arguments)."""
    heard: list[bytes] = []
    path = instance.card["redis"].removeprefix("unix://").partition("?")[0]
    reader, writer = await asyncio.open_unix_connection(path, limit=1 << 26)

    async def listen() -> None:
        while line := await reader.readline():
            heard.append(line)

    writer.write(b"MONITOR\r\n")
    await writer.drain()
    listening = asyncio.create_task(listen())
    try:
        yield heard
        await keep_up(instance, heard)
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        writer.close()


async def in_redis(instance: Instance, harvest: Harvest) -> None:
    """What lies in Redis now, key by key."""
    async with redis.asyncio.from_url(instance.card["redis"]) as client:
        async for key in client.scan_iter(count=1000):
            read = READ.get(await client.type(key))
            value = await read(client, key) if read else b""
            harvest.look("redis value", [key, f"{key!r} {value!r}"], key.decode("utf-8", "replace"))


async def in_database(instance: Instance, harvest: Harvest) -> None:
    """What stands readable in a table, row by row as text."""
    tables = await instance.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    for table in (row["name"] for row in tables):
        async with instance.database.acquire() as connection, connection.transaction():
            async for row in connection.cursor(f'SELECT t::text AS row FROM "{table}" t', prefetch=2000):
                harvest.look("database row", [row["row"]], table)


async def in_files(instance: Instance, harvest: Harvest) -> None:
    """What stands readable in the files of the instance: its folders, and whatever its processes hold open."""
    await instance.as_owner("CHECKPOINT")
    for path in sorted(_files(instance)):
        is_database = any(part.startswith("postgres") for part in path.parts)
        harvest.look_into("database file" if is_database else "file", path)


def in_processes(instance: Instance, harvest: Harvest) -> None:
    """What the processes were started with, for everybody on the machine to see."""
    for process in instance.run.family():
        with contextlib.suppress(psutil.Error):
            harvest.look("command line", [" ".join(process.cmdline())])


@contextlib.asynccontextmanager
async def over_shoulders(instance: Instance, harvest: Harvest) -> AsyncIterator[None]:
    """Look again and again at the files without a name that our own processes hold open: gone before anybody asks."""
    is_over = threading.Event()
    seen: set[tuple[str, int]] = set()

    def look() -> None:
        while not is_over.wait(LOOK_AGAIN_S):
            for link in _nameless(instance):
                with contextlib.suppress(OSError):
                    key = (str(link.readlink()), link.stat().st_size)
                    if key not in seen:
                        seen.add(key)
                        harvest.look_into("nameless file", link)

    looking = asyncio.create_task(asyncio.to_thread(look))
    try:
        yield
    finally:
        is_over.set()
        await looking


async def keep_up(instance: Instance, heard: list[bytes]) -> None:
    """Wait until everything that was said to Redis so far has been heard."""
    begin, last = len(heard), secrets.token_hex(8)
    async with redis.asyncio.from_url(instance.card["redis"]) as client:
        await client.get(last)
    await until(lambda: any(last.encode() in line for line in heard[begin:]))


def _around(text: str, hits: set[str]) -> str:
    at = max(min((text.find(hit) for hit in hits if hit in text), default=0) - 120, 0)
    for hit in hits:
        text = text.replace(hit, "<canary>")
    return " ".join(text[at : at + 300].split())


def _files(instance: Instance) -> set[Path]:
    # what the sandbox keeps is WeChat's own memory, not ours
    found = {path for folder in instance.run.folders() for path in folder.rglob("*") if path.name != "sandbox.json"}
    found |= {_opened(link) for link in _links(instance)}
    return {path for path in found if path.is_file() and os.access(path, os.R_OK)}


def _links(instance: Instance) -> Iterator[Path]:
    for process in instance.run.family():
        with contextlib.suppress(psutil.Error, OSError):
            if not any("sandbox" in word for word in process.cmdline()):
                yield from Path(f"/proc/{process.pid}/fd").iterdir()


def _nameless(instance: Instance) -> Iterator[Path]:
    for link in _links(instance):
        with contextlib.suppress(OSError):
            target = str(link.readlink())
            # /memfd: is memory; the servers' own lie below the folders that are looked through
            if target.startswith("/") and target.endswith("(deleted)") and not target.startswith("/memfd:"):
                yield link


def _opened(link: Path) -> Path:
    """What a process holds open: by its path, or by the hand that holds it when its name is gone."""
    with contextlib.suppress(OSError):
        path = link.readlink()
        return path if path.is_file() else link
    return link
