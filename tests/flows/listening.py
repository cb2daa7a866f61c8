"""What an instance leaves behind or lets slip while people work with it: logs, Redis, addresses, files, database."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from pathlib import Path

import psutil

from tests.flows.canaries import Flock
from tests.flows.instances import Instance

Finds = dict[str, set[str]]


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
    finally:
        listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listening
        writer.close()


async def in_redis(instance: Instance, flock: Flock) -> Finds:
    """What lies in Redis now, key by key."""
    import redis.asyncio

    found: Finds = defaultdict(set)
    async with redis.asyncio.from_url(instance.card["redis"]) as client:
        async for key in client.scan_iter(count=1000):
            kind = await client.type(key)
            read = {
                b"string": lambda name: client.get(name),
                b"list": lambda name: client.lrange(name, 0, -1),
                b"set": lambda name: client.smembers(name),
                b"hash": lambda name: client.hgetall(name),
                b"zset": lambda name: client.zrange(name, 0, -1),
            }.get(kind)
            value = await read(key) if read else b""
            hits = flock.seen_in(f"{key!r} {value!r}") | flock.seen_in(key.decode("utf-8", "replace"))
            if hits:
                found[key.decode("utf-8", "replace")] |= hits
    return dict(found)


async def in_database(instance: Instance, flock: Flock) -> Finds:
    """What stands readable in a table, row by row as text."""
    tables = await instance.rows("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'")
    found: Finds = defaultdict(set)
    for table in (row["name"] for row in tables):
        async with instance.database.acquire() as connection, connection.transaction():
            async for row in connection.cursor(f'SELECT t::text AS row FROM "{table}" t', prefetch=2000):
                for hit in flock.seen_in(row["row"]):
                    found[table].add(hit)
    return dict(found)


def in_files(instance: Instance, flock: Flock, *, with_database: bool) -> Finds:
    """What stands readable in the files of the instance: its data folder, and whatever its processes hold open."""
    found: Finds = {}
    for path in _files(instance):
        is_database = any(part.startswith(("postgres", "pgdata", "base")) for part in path.parts[3:])
        if is_database and not with_database and path.name != "postgres.log":
            continue
        try:
            hits = flock.seen_in_bytes(path.read_bytes())
        except OSError:
            continue
        if hits:
            found[str(path)] = hits
    return found


def in_text(flock: Flock, place: str, lines: list[bytes] | list[str]) -> Finds:
    """What stands in lines that were heard, named by how the line begins."""
    found: Finds = defaultdict(set)
    for line in lines:
        text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
        if hits := flock.seen_in(text):
            found[f"{place}: {_blank(text, hits)[:300]}"] |= hits
    return dict(found)


def _blank(text: str, hits: set[str]) -> str:
    for hit in hits:
        text = text.replace(hit, "<canary>")
    return text


def _files(instance: Instance) -> set[Path]:
    found = {path for folder in instance.run.folders() for path in folder.rglob("*") if path.is_file()}
    for process in instance.run.family():
        with contextlib.suppress(psutil.Error):
            if any("sandbox" in word for word in process.cmdline()):
                continue
            found |= {Path(f"/proc/{process.pid}/fd/{one.fd}") for one in process.open_files()}
    return {path for path in found if os.access(path, os.R_OK)}
