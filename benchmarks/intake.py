"""Callbacks per second, ours beside others' in one run: `python -m benchmarks.intake`, or `make bench`.

Embedded PostgreSQL (every commit on disk) and Redis. Every server runs one worker pinned to the first core; the poster
is pinned to the last one, PostgreSQL and Redis go where they like. The same sealed callbacks are posted to each server,
round by round in turn, so that what else the machine does meets all alike. No worker runs: this is the intake alone.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import os
import secrets
import statistics
import tempfile
from pathlib import Path

from benchmarks.callbacks import posting, servers
from benchmarks.callbacks.servers import FLOOR, OURS, Server

Figures = dict[str, float]
WARM = 400


def main() -> None:
    """Run, print a table and one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--callbacks", type=int, default=4000)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="parts of names of servers")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        found = measure(Path(folder), args.callbacks, args.connections, args.rounds, args.only or [])
    show(found)
    print(json.dumps(found, ensure_ascii=False))


def measure(folder: Path, callbacks: int, connections: int, rounds: int, only: list[str]) -> dict[str, Figures]:
    """Start everything, post in turns, stop everything; medians by server."""
    os.environ.update(environment())
    from kernel import settings
    from processes import embedded, migrating

    postgres, redis = embedded.start_postgres(folder), embedded.start_redis(folder)
    os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
    own = settings.get()
    keys = {"TOKEN": own.oa_token, "AES_KEY": own.oa_aes_key, "APPID": own.oa_appid}
    running = servers.all_of_them(postgres.process.pid, redis.process.pid, redis.url)
    running = [one for one in running if not only or any(part in one.name for part in only)]
    try:
        asyncio.run(migrating.migrate(postgres.url))
        for one in running:
            one.start(keys)
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
        results = take_turns(running, callbacks, connections, rounds)
        stored = asyncio.run(count(postgres.url))
    finally:
        for one in running:
            one.stop()
        redis.stop()
        postgres.stop()
    if OURS in results:
        assert stored == callbacks * rounds + WARM, f"{stored} stored of {callbacks * rounds + WARM}"
    return {
        name: {key: statistics.median(one[key] for one in rows) for key in rows[0]} for name, rows in results.items()
    }


def take_turns(running: list[Server], callbacks: int, connections: int, rounds: int) -> dict[str, list[Figures]]:
    """Every server gets the same callbacks in each round, and in each round another one begins."""
    warm = posting.prepared(WARM)
    for server in running:
        assert not posting.post(server.port, warm, connections).bad, f"{server.name} refuses"
    results: dict[str, list[Figures]] = {server.name: [] for server in running}
    for turn in range(rounds):
        requests = posting.prepared(callbacks)
        for server in running[turn % len(running) :] + running[: turn % len(running)]:
            results[server.name].append(one_round(server, requests, connections))
    return results


def one_round(server: Server, requests: list[bytes], connections: int) -> Figures:
    """Post them all to one server."""
    before, store_before = server.cpu_s()
    posted = posting.post(server.port, requests, connections)
    after, store_after = server.cpu_s()
    assert not posted.bad, f"{server.name}: {posted.bad} answers were not 200"
    each = 1e6 / len(requests)
    return {
        "per_s": len(requests) / posted.seconds,
        "p99_ms": posted.p99_ms(),
        "cpu_us": (after - before) * each,
        "store_us": (store_after - store_before) * each,
        "poster_us": posted.own_cpu_s * each,
    }


def show(found: dict[str, Figures]) -> None:
    """The table: what each does and costs, and how ours stands to it."""
    ours, floor = found.get(OURS), found.get(FLOOR)
    heads = f"{'req/s':>7} {'p99 ms':>7} {'CPU µs':>7} {'store µs':>9} {'req/s of ours':>14} {'CPU to ours':>12}"
    print(f"{'server':36} {heads}")
    for name, one in found.items():
        rate = f"{one['per_s'] / ours['per_s']:.2f}" if ours else "-"
        cost = f"{one['cpu_us'] / ours['cpu_us']:.1f}x" if ours else "-"
        print(
            f"{name:36} {one['per_s']:7.0f} {one['p99_ms']:7.1f} {one['cpu_us']:7.0f} {one['store_us']:9.0f}"
            f" {rate:>14} {cost:>12}"
        )
    if ours and floor:
        share, above = ours["per_s"] / floor["per_s"], ours["cpu_us"] - floor["cpu_us"]
        print(
            f"Ours makes {share:.0%} of the no-op's requests (wanted: 55 %) and costs {above:.0f} µs of CPU above it"
            " (the aim beyond: 15). The poster took"
            f" {ours['poster_us']:.0f} µs per request; a server near 1e6 / that is held back by it."
        )


async def count(url: str) -> int:
    """How many callbacks are stored."""
    import asyncpg

    connection = await asyncpg.connect(url)
    found: int = await connection.fetchval("SELECT count(*) FROM callback")
    await connection.close()
    return found


def environment() -> dict[str, str]:
    """Settings of a throw-away instance."""
    return {
        "HUILIU_DEMO": "1",
        "HUILIU_SECRET_KEY": secrets.token_urlsafe(40),
        "HUILIU_SEALING_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "HUILIU_INDEX_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "HUILIU_OA_APPID": "wxbench0000000001",
        "HUILIU_OA_ORIGINAL_ID": "gh_bench000001",
        "HUILIU_OA_SECRET": secrets.token_hex(16),
        "HUILIU_OA_TOKEN": secrets.token_hex(8),
        "HUILIU_OA_AES_KEY": base64.b64encode(secrets.token_bytes(32)).decode()[:43],
        "HUILIU_WECOM_CORPID": "wwbench0000000001",
    }


if __name__ == "__main__":
    main()
