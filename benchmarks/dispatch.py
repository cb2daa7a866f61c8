"""Messages per second, CPU per message and memory of dispatch: `python benchmarks/dispatch.py [N] [DISPATCHERS]`.

Starts a throw-away PostgreSQL, Redis and sandbox, plans N customer-service messages and sends them one by one over
HTTP with DISPATCHERS processes. Prints one JSON line; CPU of the sandbox is not ours and is left out.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

HERE = Path(__file__)
APPID, SECRET = "wxbench000000001", "benchmark-secret"
PLAN = """
INSERT INTO send (key, purpose, channel, client_id, recipient, sender_userid, stream_id, step, attachments, due_at)
SELECT 'bench:' || client_id, 'marketing', 'oa_service', client_id, openid, '', $1, 'main', '[]', $2 FROM fan
ON CONFLICT (key) DO NOTHING
"""


async def dispatch(stream_id: int) -> None:
    """One dispatcher process; tells what it used as one JSON line."""
    from community.sending import dispatching, rendering
    from community.sending.leases import Leased
    from kernel import cache, database, settings
    from processes import schema
    from wechat import doors

    async def render(rows: Sequence[Leased]) -> dict[int, str]:
        return {row.id: f"尊敬的客户，您好！活动编号 {row.id}，欢迎参加本周六的贵宾沙龙。" for row in rows}

    rendering.register("bench:", render)
    await database.open_database(schema.config(settings.get().database_url, pool=(1, 6)))
    before, started, taken = _cpu(), time.perf_counter(), 0
    while some := await dispatching.dispatch(lane="campaigns", stream_id=stream_id):
        taken += some
    used = {"seconds": time.perf_counter() - started, "cpu": _cpu() - before, "taken": taken}
    await doors.close()
    await cache.close_redis()
    await database.close_database()
    print(json.dumps(used | {"rss_mb": _peak_mb()}))


async def plan(count: int, control_url: str, address: str) -> int:
    """Followers in the sandbox and in the database, and a stream with one message to each."""
    from wechat.sandbox.client import Sandbox

    async with Sandbox(control_url) as control:
        await control.seed("bulk", fans=count, window=7200)
        return await plan_to((await control.people("fans"))["fans"], address)


async def plan_to(fans: list[dict[str, str]], address: str) -> int:
    """A migrated database with these followers (openid), and a stream with one message to each."""
    from community.sending import policies, streams
    from kernel import clock, database
    from processes import migrating, schema

    await migrating.migrate(address)
    await database.open_database(schema.config(address))
    await policies.save(clock.today(), policies.Policy(9, 99, policies.time(0), policies.time(0)))
    await _take_in(fans)
    stream_id = await streams.open_stream("benchmark")
    started = time.perf_counter()
    await database.execute(PLAN, stream_id, clock.now())
    print(f"planned {len(fans)} in {time.perf_counter() - started:.2f} s", file=sys.stderr)
    await database.execute_script("ANALYZE")
    await database.close_database()
    return stream_id


async def _take_in(fans: list[dict[str, str]]) -> None:
    from kernel import clock, database, records
    from kernel.database import transaction

    ids = await records.reserve_ids("client", len(fans))
    until = clock.now() + timedelta(hours=2)
    pairs = list(zip(ids, fans, strict=True))
    async with transaction():
        await database.copy_in("client", ("id", "marketing_consent"), [(one, True) for one in ids])
        rows = [(one, APPID, fan["openid"], 5, until) for one, fan in pairs]
        await database.copy_in("fan", ("client_id", "appid", "openid", "window_left", "window_until"), rows)


async def check(count: int, control_url: str, address: str) -> dict[str, int]:
    """What the sandbox counted, and the states in the ledger."""
    from kernel import database
    from processes import schema
    from wechat.sandbox.client import Sandbox

    async with Sandbox(control_url) as control:
        told = await control.reached()
    assert (told["total"], told["persons"], told["most"]) == (count, count, 1), told["total"]
    await database.open_database(schema.config(address))
    rows = await database.fetch("SELECT state, count(*) AS n FROM send GROUP BY state")
    await database.close_database()
    return {row["state"]: row["n"] for row in rows}


def main() -> None:
    sys.path.insert(0, str(HERE.parents[1]))
    settle_environment()
    if sys.argv[1:2] == ["--child"]:
        asyncio.run(dispatch(int(sys.argv[2])))
        return
    measure(*(int(one) for one in sys.argv[1:]))


def measure(count: int = 10_000, dispatchers: int = 1) -> None:
    """Start everything, send, count, print, and take everything down again."""
    from processes import embedded

    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres = embedded.start_postgres(Path(folder))
        redis = embedded.start_redis(Path(folder))
        sandbox, told = _start_sandbox(Path(folder))
        try:
            os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
            os.environ["HUILIU_OA_API_URL"] = f"{told['sandbox']}/oa"
            stream_id = asyncio.run(plan(count, told["sandbox_control"], postgres.url))
            servers = cpu_of(postgres.process.pid) + cpu_of(redis.process.pid)
            used = run(dispatchers, stream_id)
            servers = cpu_of(postgres.process.pid) + cpu_of(redis.process.pid) - servers
            states = asyncio.run(check(count, told["sandbox_control"], postgres.url))
            print(json.dumps(figures(count, used, servers) | {"states": states}))
        finally:
            sandbox.terminate()
            sandbox.wait()
            redis.stop()
            postgres.stop()


def settle_environment() -> None:
    os.environ.setdefault("HUILIU_DEMO", "1")
    os.environ.setdefault("HUILIU_SECRET_KEY", "benchmark-only-0123456789-abcdefghijkl")
    os.environ.setdefault("HUILIU_SEALING_KEY", base64.b64encode(bytes(range(1, 33))).decode())
    os.environ.setdefault("HUILIU_INDEX_KEY", base64.b64encode(bytes(range(101, 133))).decode())
    os.environ.update(HUILIU_OA_APPID=APPID, HUILIU_OA_SECRET=SECRET)


def _start_sandbox(folder: Path) -> tuple[subprocess.Popen[str], dict[str, str]]:
    written = folder / "sandbox.json"
    written.write_text(json.dumps({"official_accounts": [{"appid": APPID, "secret": SECRET}]}))
    command = [sys.executable, "-m", "wechat.sandbox", "--config", str(written)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[1])
    assert process.stdout is not None
    return process, json.loads(process.stdout.readline())


def run(dispatchers: int, stream_id: int) -> list[dict[str, float]]:
    command = [sys.executable, str(HERE), "--child", str(stream_id)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(dispatchers)]
    return [json.loads(child.communicate()[0].splitlines()[-1]) for child in children]


def figures(count: int, used: list[dict[str, float]], servers: float) -> dict[str, float]:
    seconds = max(one["seconds"] for one in used)
    return {
        "messages": count,
        "dispatchers": len(used),
        "messages_per_s": round(count / seconds, 1),
        "dispatcher_cpu_ms_per_message": round(sum(one["cpu"] for one in used) / count * 1000, 3),
        "servers_cpu_ms_per_message": round(servers / count * 1000, 3),
        "peak_rss_mb": round(max(one["rss_mb"] for one in used), 1),
    }


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _peak_mb() -> float:
    # not ru_maxrss: that begins with what the parent had when it forked
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and its children, those that ended included."""
    ticks = os.sysconf("SC_CLK_TCK")
    try:
        stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    total = sum(int(one) for one in stat[11:15]) / ticks
    # a child may end while it is looked at
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            total += sum(cpu_of(int(child)) for child in (task / "children").read_text().split())
    return total


if __name__ == "__main__":
    main()
