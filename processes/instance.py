"""One running instance and its data folder: who holds it, and the environment that its other commands need."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Mapping
from pathlib import Path

from kernel import settings
from processes import keys

LOCK_FILE = "run.lock"
STATE_FILE = "running.json"


class Occupied(Exception):
    """Another `huiliu run` holds this data folder; the message says which process."""


class Folder:
    """The data folder of one instance, held by this process until `release`."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.path.mkdir(parents=True, exist_ok=True)
        self.logs = self.path / "logs"
        self.logs.mkdir(mode=0o700, exist_ok=True)
        self._lock: int | None = os.open(self.path / LOCK_FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # the lock goes with the process, however it ends: no stale pid files
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._lock, 20).decode(errors="replace").strip() or "unknown"
            os.close(self._lock)
            raise Occupied(f"another huiliu run (process {holder}) already uses {self.path}") from error
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def publish(self, environment: Mapping[str, str]) -> None:
        """Leave this instance's settings for `huiliu` commands on the same folder; closed to other accounts."""
        path = self.path / STATE_FILE
        path.unlink(missing_ok=True)
        wanted = {name: value for name, value in environment.items() if name.startswith("HUILIU_")}
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(wanted, file)

    def release(self) -> None:
        """Let others have the folder."""
        if self._lock is not None:
            (self.path / STATE_FILE).unlink(missing_ok=True)
            os.close(self._lock)
            self._lock = None


def adopt() -> None:
    """Give this process the settings of the instance that runs on the data folder, where its own name no database."""
    if os.environ.get("HUILIU_DATABASE_URL") or os.environ.get("DATABASE_URL"):
        return
    path = Path(settings.load({**os.environ, "HUILIU_DEMO": "1"}).data_dir) / STATE_FILE
    if path.exists() and _is_held(path.parent / LOCK_FILE):
        for name, value in json.loads(path.read_text(encoding="utf-8")).items():
            os.environ.setdefault(name, value)
        settings.forget()


def demo_environment(data: Path, web_port: int, sandbox_port: int) -> dict[str, str]:
    """Settings of a demo: generated keys, and the host map pointing at the sandbox on loopback."""
    sandbox, web = f"http://127.0.0.1:{sandbox_port}", f"http://127.0.0.1:{web_port}"
    return keys.of_demo(data) | {
        "HUILIU_DEMO": "1",
        "HUILIU_DATA_DIR": str(data),
        "HUILIU_WEB_PORT": str(web_port),
        "HUILIU_PUBLIC_URL": web,
        "HUILIU_SANDBOX_URL": sandbox,
        "HUILIU_OA_API_URL": f"{sandbox}/oa",
        "HUILIU_WECOM_API_URL": f"{sandbox}/wx",
        "HUILIU_OA_PAGE_URL": f"{sandbox}/mp",
    }


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def is_loopback(host: str) -> bool:
    """Whether a host name means this machine only."""
    return host in ("localhost", "::1", "") or host.startswith("127.")


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return lock.exists()
    return False
