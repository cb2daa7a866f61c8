"""How many callbacks a second one web process stores and answers, and what one costs: `python -m benchmarks.intake`.

Embedded PostgreSQL (every commit on disk) and Redis, the whole web application under uvicorn, and a second process that
posts sealed callbacks over kept-alive connections. No worker runs: the figures are those of the intake alone. Between
the rounds the same requests are made with a method that is refused at once: what the HTTP server alone costs (floor).
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import json
import multiprocessing
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from urllib.parse import urlencode

TEXT = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请问理财产品怎么购买？]]></Content><MsgId>{n}</MsgId>"
EVENT = "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
MIX = (TEXT, TEXT, EVENT.replace("{name}", "CLICK"), EVENT.replace("{name}", "subscribe"))
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Run the benchmark and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--callbacks", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        print(json.dumps(measure(Path(folder), args.callbacks, args.connections, args.rounds), ensure_ascii=False))


def measure(folder: Path, callbacks: int, connections: int, rounds: int) -> dict[str, object]:
    """Start everything, post `rounds` times, stop everything; the medians."""
    os.environ.update(environment())
    from processes import embedded, migrating

    postgres, redis = embedded.start_postgres(folder), embedded.start_redis(folder)
    os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
    try:
        asyncio.run(migrating.migrate(postgres.url))
        results = serve_and_post(postgres.process.pid, callbacks, connections, rounds)
        stored = asyncio.run(count(postgres.url))
    finally:
        redis.stop()
        postgres.stop()
    assert stored == callbacks * rounds, f"{stored} stored of {callbacks * rounds}"
    medians = {name: round(statistics.median(one[name] for one in results), 1) for name in results[0]}
    return {"callbacks": callbacks, "connections": connections, "rounds": rounds, **medians}


def serve_and_post(postgres: int, callbacks: int, connections: int, rounds: int) -> list[dict[str, float]]:
    """Rounds of refused and of stored calls in turn, against one web process."""
    port = 18_700 + secrets.randbelow(200)
    os.environ["HUILIU_WEB_PORT"] = str(port)
    web = subprocess.Popen([sys.executable, "-c", "from processes import web; web.run()"], stderr=subprocess.DEVNULL)
    results = []
    try:
        asyncio.run(answers(port))
        for _ in range(rounds):
            floor = one_round(web.pid, postgres, port, callbacks, connections, "PUT", 405)
            figures = one_round(web.pid, postgres, port, callbacks, connections, "POST", 200)
            results.append(figures | {f"floor_{name}": floor[name] for name in ("callbacks_per_s", "web_cpu_us")})
    finally:
        web.terminate()
        web.wait(20)
    return results


def one_round(
    web: int, postgres: int, port: int, callbacks: int, connections: int, method: str, status: int
) -> dict[str, float]:
    """Prepare in a second process, post, and measure rate, CPU and answer times."""
    ours, theirs = multiprocessing.Pipe()
    poster = multiprocessing.get_context("spawn").Process(
        target=post_all, args=(theirs, port, callbacks, connections, method, status)
    )
    poster.start()
    ours.recv()
    before, store_before = cpu_s(web), tree_cpu_s(postgres)
    ours.send("go")
    seconds, times_ms, bad = ours.recv()
    spent, store_spent = cpu_s(web) - before, tree_cpu_s(postgres) - store_before
    poster.join()
    assert not bad, f"{bad} answers were not {status}"
    return {
        "callbacks_per_s": callbacks / seconds,
        "web_cpu_us": spent / callbacks * 1e6,
        "postgres_cpu_us": store_spent / callbacks * 1e6,
        "p50_ms": times_ms[0],
        "p99_ms": times_ms[1],
    }


def post_all(
    pipe: multiprocessing.connection.Connection, port: int, callbacks: int, connections: int, method: str, status: int
) -> None:
    """In the second process: seal all requests first, then post them as fast as the answers come."""
    requests = deque(prepared(callbacks, method))
    pipe.send("ready")
    pipe.recv()
    took: list[float] = []
    began = time.perf_counter()
    bad = asyncio.run(post(port, requests, connections, took, status))
    seconds = time.perf_counter() - began
    took.sort()
    pipe.send((seconds, (took[len(took) // 2] * 1e3, took[int(len(took) * 0.99)] * 1e3), bad))


async def post(port: int, requests: deque[bytes], connections: int, took: list[float], status: int) -> int:
    """Post over so many kept-alive connections; how many answers had another status."""
    expected = f" {status} ".encode()

    async def line() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        bad = 0
        while requests:
            began = time.perf_counter()
            writer.write(requests.popleft())
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            took.append(time.perf_counter() - began)
            bad += expected not in head.split(b"\r\n")[0]
        writer.close()
        return bad

    return sum(await asyncio.gather(*(line() for _ in range(connections))))


def prepared(callbacks: int, method: str = "POST") -> list[bytes]:
    """Whole HTTP requests, each with a sealed and signed body of its own."""
    from kernel import settings
    from wechat.sandbox.callbacks import wrapping

    now = settings.get()
    keys = (now.oa_token, now.oa_aes_key, now.oa_appid)
    receiver = wrapping.Receiver("oa", "oa", "x", *keys, now.oa_original_id)
    requests = []
    for n in range(callbacks):
        inner = MIX[n % len(MIX)].format(n=secrets.randbelow(10**18), key=secrets.token_hex(6))
        sender = f"o{secrets.token_hex(13)}"
        plaintext = (
            f"<xml><ToUserName><![CDATA[{now.oa_original_id}]]></ToUserName><FromUserName><![CDATA[{sender}]]>"
            f"</FromUserName><CreateTime>{int(time.time())}</CreateTime>{inner}</xml>"
        )
        query, body = wrapping.wrap(receiver, plaintext, sender, time.time())
        head = f"{method} /callbacks/official_account?{urlencode(query)} HTTP/1.1\r\nHost: x\r\n"
        requests.append(f"{head}Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    return requests


async def answers(port: int) -> None:
    """Wait until the web process listens."""
    ends = time.monotonic() + 30
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            assert time.monotonic() < ends, "the web process did not start"
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


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


def cpu_s(pid: int) -> float:
    """User and system seconds of one process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def tree_cpu_s(pid: int) -> float:
    """The same of a process and its present children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_s(pid) + sum(cpu_s(int(child)) for child in children)


if __name__ == "__main__":
    main()
