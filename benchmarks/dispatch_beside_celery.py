"""Dispatch beside the usual way, in one run: `python benchmarks/dispatch_beside_celery.py [N] [MILLISECONDS]`.

Both send customer-service messages to one WeChat on loopback that answers after MILLISECONDS (50). Ours: two
dispatchers with all that a bank needs around a call (ledger, gate, caps, quotas, pace), a fifth of N messages, then N,
to show that memory does not grow. Beside it: one Celery task for one message with wechatpy in gevent workers, which
keep no ledger and ask nobody, N / 5 messages. Prints one JSON line a way and the ratios. The WeChat's CPU is left out.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__)
sys.path.insert(0, str(HERE.parents[1]))

from benchmarks import dispatch  # noqa: E402  # found only by the path above

BENCH = HERE.parents[1] / ".venv-bench" / "bin"
WAYS = HERE.parent / "sending"
SLOTS = 64


class Fake:
    """The WeChat that only answers, as a child."""

    def __init__(self, milliseconds: int) -> None:
        command = [sys.executable, str(WAYS / "fake.py"), "0", str(milliseconds)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.url = f"http://127.0.0.1:{self._said()['port']}"

    def messages(self) -> int:
        """How many it answered so far."""
        self.process.send_signal(signal.SIGUSR1)
        return int(self._said()["messages"])

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.communicate()

    def _said(self) -> dict[str, int]:
        assert self.process.stdout is not None
        told: dict[str, int] = json.loads(self.process.stdout.readline())
        return told


def ours(count: int, fake: Fake, dispatchers: int = 2) -> dict[str, Any]:
    """Plan and send through the product."""
    from processes import embedded

    before = fake.messages()
    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        postgres, redis = embedded.start_postgres(Path(folder)), embedded.start_redis(Path(folder))
        try:
            os.environ.update(HUILIU_DATABASE_URL=postgres.url, HUILIU_REDIS_URL=redis.url)
            os.environ["HUILIU_OA_API_URL"] = fake.url
            stream_id = asyncio.run(dispatch.plan_to([{"openid": f"o{n:08}"} for n in range(count)], postgres.url))
            servers = _servers(postgres, redis)
            used = dispatch.run(dispatchers, stream_id)
            figures = dispatch.figures(count, used, _servers(postgres, redis) - servers)
        finally:
            redis.stop()
            postgres.stop()
    assert fake.messages() - before == count
    return figures


def by_celery(count: int, fake: Fake) -> dict[str, Any]:
    """Publish and send in the usual way."""
    from processes import embedded

    with tempfile.TemporaryDirectory(prefix="huiliu-bench-") as folder:
        Path(folder).chmod(0o755)
        redis = embedded.start_redis(Path(folder))
        broker = redis.url.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host=")
        environment = os.environ | {"BROKER": broker, "WECHAT": fake.url}
        worker = [BENCH / "celery", "-A", "by_celery", "worker", "-P", "gevent", "-c", str(SLOTS), "-l", "ERROR"]
        # two workers for two cores, as ours has two dispatchers
        workers = [
            subprocess.Popen([*worker, "-n", f"w{n}@bench"], cwd=WAYS, env=environment, stdout=subprocess.DEVNULL)
            for n in range(2)
        ]
        try:
            _publish(20, environment)
            before = _until(fake.messages, 20) - 20
            started = [dispatch.cpu_of(one.pid) for one in workers]
            began = time.perf_counter()
            published = _publish(count, environment)
            _until(lambda: fake.messages() - before - 20, count)
            seconds = time.perf_counter() - began
            used = sum(dispatch.cpu_of(one.pid) for one in workers) - sum(started)
            rss = max(_rss(one.pid) for one in workers)
        finally:
            for one in workers:
                one.terminate()
                one.wait()
            redis.stop()
    return {
        "messages": count,
        "messages_per_s": round(count / seconds, 1),
        "worker_cpu_ms_per_message": round(used / count * 1000, 3),
        "publisher_us_per_message": round(published / count * 1e6, 1),
        "peak_rss_mb": round(rss, 1),
    }


def _publish(count: int, environment: dict[str, str]) -> float:
    """CPU seconds that asking for so many messages cost the one who asks."""
    code = (
        "import sys, time, by_celery; n = int(sys.argv[1]); by_celery.send.delay('o0', 0) if n == 20 else None;"
        "t = time.process_time(); [by_celery.send.delay(f'o{i:08}', i) for i in range(n if n != 20 else 19)];"
        "print(time.process_time() - t)"
    )
    command = [str(BENCH / "python"), "-c", code, str(count)]
    done = subprocess.run(command, cwd=WAYS, env=environment, check=True, capture_output=True, text=True)
    return float(done.stdout)


def _until(read: Any, wanted: int) -> int:
    while (seen := int(read())) < wanted:
        time.sleep(0.05)
    return seen


def _servers(*servers: Any) -> float:
    return sum(dispatch.cpu_of(one.process.pid) for one in servers)


def _rss(pid: int) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return 0.0


def main() -> None:
    """Both ways and their ratios."""
    if not (BENCH / "celery").exists():
        print("skipped: `make bench` installs what this is compared with")
        return
    dispatch.settle_environment()
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    milliseconds = int(sys.argv[2]) if len(sys.argv) > 2 else 50
    fake = Fake(milliseconds)
    try:
        few, many, usual = ours(count // 5, fake), ours(count, fake), by_celery(count // 5, fake)
    finally:
        fake.stop()
    for name, figures in (("ours, a fifth", few), ("ours", many), ("one task a message", usual)):
        print(json.dumps({"way": name} | figures, ensure_ascii=False))
    all_of_ours = many["dispatcher_cpu_ms_per_message"] + many["servers_cpu_ms_per_message"]
    print(
        json.dumps(
            {
                "times_the_messages_per_s": round(many["messages_per_s"] / usual["messages_per_s"], 1),
                "times_less_worker_cpu": round(
                    usual["worker_cpu_ms_per_message"] / many["dispatcher_cpu_ms_per_message"], 1
                ),
                "ours_all_processes_cpu_ms": round(all_of_ours, 2),
                "ours_mb_more_for_five_times_as_many": round(many["peak_rss_mb"] - few["peak_rss_mb"], 1),
            }
        )
    )


if __name__ == "__main__":
    main()
