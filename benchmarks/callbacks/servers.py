"""The servers that are compared, each in processes of its own on the first core, and what they cost."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.callbacks.posting import ADDRESS

ROOT = Path(__file__).resolve().parents[2]
PEERS = Path(__file__).resolve().parent / "peers"
THEIRS = ROOT / ".venv-bench" / "bin"
THREADS = "16"
GUNICORN = ("-w", "1", "--threads", THREADS, "-k", "gthread", "--keep-alive", "75", "--log-level", "error")
OURS, FLOOR = "Huiliu (verified, once, durable)", "no-op ASGI under uvicorn"


@dataclass
class Server:
    """One variant; `stores` are the servers that keep what it stores."""

    name: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    stores: tuple[int, ...] = ()
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    def start(self, keys: dict[str, str]) -> None:
        self.port = _free_port()
        environment = os.environ | keys | self.environment
        environment |= {"PORT": str(self.port), "HUILIU_WEB_PORT": str(self.port), "ADDRESS": ADDRESS}
        command = [part.replace("{port}", str(self.port)) for part in self.command]
        self.process = subprocess.Popen(
            command, cwd=ROOT if self.name == OURS else PEERS, env=environment, stderr=subprocess.DEVNULL
        )
        _pin(self.process.pid)
        ends = time.monotonic() + 60
        while not _listens(self.port):
            assert self.process.poll() is None, f"{self.name} ended"
            assert time.monotonic() < ends, f"{self.name} did not start"
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def cpu_s(self) -> tuple[float, float]:
        """CPU seconds of the server's processes, and of its stores'."""
        assert self.process is not None
        return tree_cpu_s(self.process.pid), sum(tree_cpu_s(pid) for pid in self.stores)


def all_of_them(postgres: int, redis: int, redis_url: str) -> list[Server]:
    """Ours, the floor, and the others, each served its best way."""
    python, gunicorn = str(THEIRS / "python"), str(THEIRS / "gunicorn")
    bound = ["-b", "127.0.0.1:{port}"]
    return [
        Server(FLOOR, [python, "noop.py"]),
        Server(OURS, [sys.executable, "-c", "from processes import web; web.run()"], stores=(postgres,)),
        Server("WeRoBot, tornado", [python, "robot.py"]),
        Server("WeRoBot, bottle, gunicorn threads", [gunicorn, *GUNICORN, *bound, "robot:by_bottle()"]),
        Server("wechatpy, Starlette, uvicorn", [python, "by_starlette.py"]),
        Server("wechatpy, Flask, gunicorn threads", [gunicorn, *GUNICORN, *bound, "by_flask:app"]),
        Server(
            "the same, durable: SET NX, XADD",
            [gunicorn, *GUNICORN, *bound, "by_flask:app"],
            {"REDIS": redis_url},
            stores=(redis,),
        ),
    ]


def tree_cpu_s(pid: int) -> float:
    """User and system seconds of a process and its present children."""
    one = psutil.Process(pid)
    times = [process.cpu_times() for process in (one, *one.children(recursive=True))]
    return float(sum(spent.user + spent.system for spent in times))


def _pin(pid: int) -> None:
    # children inherit it; where there is one core only, everything shares it
    if len(os.sched_getaffinity(0)) > 1 or (os.cpu_count() or 1) > 1:
        os.sched_setaffinity(pid, {0})


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0
