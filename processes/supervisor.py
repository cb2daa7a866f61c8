"""`huiliu run`: the embedded servers, the schema, web, workers, clock and, in the demo, the sandbox, as one thing."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from kernel import logs, settings
from processes import embedded
from processes.children import Child
from processes.embedded import CannotStart
from processes.instance import Folder

READY_SECONDS = 60
WORKER_STOP_SECONDS = 25
WORKERS = ("urgent", "messages", "general")
MESSAGE_QUEUES = "messages,callbacks"
GENERAL_QUEUES = "callbacks,campaigns,default"

Step = Callable[[], Awaitable[None]]
_log = logs.get(__name__)


class Supervisor:
    """Starts everything in order, keeps it running, stops it in the opposite order."""

    def __init__(self, folder: Folder, environment: Mapping[str, str], *, log_files: bool) -> None:
        self.folder = folder
        self.environment = dict(environment)
        self.children: list[Child] = []
        self.servers: list[embedded.Server] = []
        self._log_files = log_files
        self._watch: asyncio.Task[None] | None = None

    def start_servers(self, *, durable: bool = True) -> None:
        """Start the bundled PostgreSQL and Redis where the settings name none. Before any event loop or thread."""
        wanted = settings.load(self.environment)
        if not wanted.database_url:
            self.servers.append(embedded.start_postgres(self.folder.path, durable=durable))
            # only migrations come as the owner: whoever serves people can't change the audit
            self.environment["HUILIU_OWNER_DATABASE_URL"] = self.servers[-1].url
            self.environment["HUILIU_APP_ROLE"] = embedded.APP_ROLE
            self.environment["HUILIU_DATABASE_URL"] = embedded.as_app_role(self.servers[-1].url)
        if not wanted.redis_url:
            self.servers.append(embedded.start_redis(self.folder.path, durable=durable))
            self.environment["HUILIU_REDIS_URL"] = self.servers[-1].url

    async def start(self, prepare: Step) -> None:
        """Everything else; `prepare` is awaited once the web process answers and before anybody works."""
        wanted = settings.load(self.environment)
        self._watch = asyncio.get_running_loop().create_task(self._keep_servers())
        if wanted.sandbox_url:
            self._add("sandbox")
        await self.do("migrate")
        self._add("web", stop_seconds=12)
        await wait_until_ready(wanted.web_port)
        self.folder.publish(self.environment)
        await prepare()
        for name in WORKERS:
            self._mark(name).unlink(missing_ok=True)
        # welcomes have 20 seconds: they never wait behind a campaign
        self._add("worker", "--name", "urgent", "--queues", "urgent", "--concurrency", "1")
        # clients who wait for an answer never wait behind one either; other callbacks only while nobody does
        self._add("worker", "--name", "messages", "--queues", MESSAGE_QUEUES, "--concurrency", "1")
        self._add(
            "worker", "--name", "general", "--queues", GENERAL_QUEUES, "--concurrency", str(wanted.worker_concurrency)
        )
        self._add("clock")
        await self._wait_for_workers()

    async def do(self, *arguments: str) -> None:
        """Run one `huiliu` command to its end. CannotStart when it fails."""
        code = await self._child(arguments[0], *arguments[1:], quiet=False).run_once()
        if code:
            raise CannotStart(f"`huiliu {' '.join(arguments)}` ended with exit code {code}")

    async def stop(self) -> None:
        """Clock and workers first, so that nothing new begins; the servers last."""
        if self._watch is not None:
            self._watch.cancel()
        for name in ("clock", "worker", "web", "sandbox"):
            await asyncio.gather(*(child.stop() for child in self.children if child.arguments[0] == name))
        self.stop_servers()

    def stop_servers(self) -> None:
        """The embedded servers, last one first."""
        while self.servers:
            self.servers.pop().stop()

    def kill(self) -> None:
        """No patience: end every child now; the database is safe by design."""
        for child in self.children:
            child.stop_seconds = 0.0
            child.kill()

    async def _wait_for_workers(self) -> None:
        # a slow machine is no reason to fail: work waits in the database until they are there
        loop = asyncio.get_running_loop()
        ends = loop.time() + READY_SECONDS
        while not all(self._mark(name).exists() for name in WORKERS) and loop.time() < ends:
            await asyncio.sleep(0.1)

    def _mark(self, name: str) -> Path:
        return self.folder.path / "ready" / name

    def _add(self, command: str, *arguments: str, stop_seconds: float = WORKER_STOP_SECONDS) -> None:
        child = self._child(command, *arguments, stop_seconds=stop_seconds)
        self.children.append(child)
        child.start()

    def _child(self, command: str, *arguments: str, quiet: bool = True, stop_seconds: float = 10.0) -> Child:
        name = arguments[1] if command == "worker" else command
        output: Path | None = self.folder.logs / f"{name}.log" if quiet and self._log_files else None
        if output is not None:
            output.write_bytes(b"")
        return Child(name, (command, *arguments), self.environment, output, stop_seconds)

    async def _keep_servers(self) -> None:
        while True:
            await asyncio.sleep(0.5)
            for server in self.servers:
                if server.process.poll() is not None:
                    _log.error("server.ended", server=server.name, exit_code=server.process.returncode)
                    with contextlib.suppress(CannotStart):  # tried again at the next look
                        server.start()


async def wait_until_ready(port: int) -> None:
    """Return when the web process on this port says that it is ready. CannotStart after READY_SECONDS."""
    loop = asyncio.get_running_loop()
    ends = loop.time() + READY_SECONDS
    while not await _is_ready(port):
        if loop.time() > ends:
            raise CannotStart(f"the web process did not answer on port {port} within {READY_SECONDS} seconds")
        await asyncio.sleep(0.1)


def run(supervisor: Supervisor, prepare: Step, when_ready: Step, *, durable: bool = True) -> int:
    """Start and run until SIGINT or SIGTERM (a second one kills), then stop; the exit code."""
    try:
        supervisor.start_servers(durable=durable)
        return asyncio.run(_live(supervisor, prepare, when_ready))
    finally:
        supervisor.stop_servers()


async def _live(supervisor: Supervisor, prepare: Step, when_ready: Step) -> int:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()

    def ask_to_stop() -> None:
        if stop.is_set():
            supervisor.kill()
        else:
            print("huiliu: stopping ... (once more: at once)", file=sys.stderr, flush=True)
        stop.set()

    for one in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(one, ask_to_stop)

    async def begin() -> None:
        await supervisor.start(prepare)
        await when_ready()

    beginning, stopping = asyncio.ensure_future(begin()), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait([beginning, stopping], return_when=asyncio.FIRST_COMPLETED)
        if beginning.done():
            beginning.result()
            await stopping
        return 0
    finally:
        beginning.cancel()
        with contextlib.suppress(asyncio.CancelledError, CannotStart):
            await beginning
        stopping.cancel()
        await supervisor.stop()


async def _is_ready(port: int) -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(5):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                return (await reader.readline()).split(b" ")[1:2] == [b"200"]
            finally:
                writer.close()
    return False
