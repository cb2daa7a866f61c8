"""The sandbox as an HTTP server on loopback: the API under /oa, /wx and /mp, control under /_ctl, pages under /play."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import json
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Generator

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from wechat.sandbox.config import Config
from wechat.sandbox.control import routes
from wechat.sandbox.door import Door
from wechat.sandbox.play import application
from wechat.sandbox.stage import Stage


class Sandbox:
    """The whole ASGI application: picks the face by path and refuses callers from elsewhere."""

    def __init__(self, config: Config) -> None:
        self.stage = Stage(config)
        self._remote = config.allow_remote
        self._door: ASGIApp = Door(self.stage)
        self._control: ASGIApp = routes.build(self.stage)
        self._play: ASGIApp = application.build(self.stage, config.allow_remote)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or start and stop with the server."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1003})
        elif not self._remote and not _is_loopback((scope.get("client") or ("127.0.0.1", 0))[0]):
            await _refuse(send)
        elif scope["path"].startswith("/_ctl"):
            # A page from elsewhere, open in the same browser, must not steer the sandbox.
            foreign = any(name == b"origin" for name, _ in scope["headers"])
            await (_refuse(send) if foreign else self._control(scope, receive, send))
        elif scope["path"] == "/play" or scope["path"].startswith("/play/"):
            # a browser's forms name their origin: the pages have a guard of their own
            await self._play(scope, receive, send)
        else:
            await self._door(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        await self.stage.open()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stage.close()
        await send({"type": "lifespan.shutdown.complete"})


class Server(uvicorn.Server):
    """A uvicorn server that says when it is ready, and ends with success on SIGTERM and SIGINT."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None], signals: bool) -> None:
        super().__init__(config)
        self._ready, self._signals = ready, signals

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start listening, then tell."""
        await super().startup(sockets)
        if not self.should_exit:
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Stop cleanly on a signal and, unlike uvicorn, don't raise it again afterwards."""
        wanted = (signal.SIGTERM, signal.SIGINT) if self._signals else ()
        loop = asyncio.get_running_loop()
        for one in wanted:
            loop.add_signal_handler(one, self.handle_exit, one, None)
        try:
            yield
        finally:
            for one in wanted:
                loop.remove_signal_handler(one)


def serve(config: Config, host: str = "127.0.0.1", port: int = 0) -> None:
    """Run until SIGTERM or SIGINT; port 0 takes a free one. Prints one JSON line with both addresses when ready."""
    listening = _listen(config, host, port)
    address = _address(listening)

    def ready() -> None:
        sys.stdout.write(json.dumps({"sandbox": address, "sandbox_control": f"{address}/_ctl"}) + "\n")
        sys.stdout.flush()

    server = Server(_settings(Sandbox(config)), ready, signals=True)
    asyncio.run(server.serve(sockets=[listening]))


@contextlib.asynccontextmanager
async def running(config: Config, port: int = 0) -> AsyncIterator[str]:
    """A sandbox inside the present event loop, for tests; yields its address."""
    listening = _listen(config, "127.0.0.1", port)
    started = asyncio.Event()
    server = Server(_settings(Sandbox(config)), started.set, signals=False)
    task = asyncio.get_running_loop().create_task(server.serve(sockets=[listening]))
    try:
        waiting = asyncio.ensure_future(started.wait())
        await asyncio.wait([waiting, task], return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            task.result()
            raise RuntimeError("the sandbox did not start")
        yield _address(listening)
    finally:
        server.should_exit = True
        await task


async def _refuse(send: Send) -> None:
    await send({"type": "http.response.start", "status": 403, "headers": []})
    await send({"type": "http.response.body", "body": b"refused"})


def _listen(config: Config, host: str, port: int) -> socket.socket:
    if not config.allow_remote and not _is_loopback(host):
        raise ValueError(f"the sandbox listens on loopback only; {host} needs allow_remote")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # With the protocol left 0 asyncio doesn't set TCP_NODELAY, and every answer waits 40 ms for an acknowledgement.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _settings(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app, log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=1, server_header=False
    )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
