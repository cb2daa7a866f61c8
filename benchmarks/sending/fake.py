"""A WeChat that only answers, after a while: `python fake.py PORT MILLISECONDS`; its last line counts the messages."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from typing import cast

import httptools
import uvloop

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
TOKEN = json.dumps({"access_token": "fake-token", "expires_in": 7200}).encode()
DONE = json.dumps({"errcode": 0, "errmsg": "ok"}).encode()
counted = {"messages": 0}


class Platform(asyncio.Protocol):
    """One connection; answers in the order of the requests."""

    def __init__(self, delay_s: float) -> None:
        self.delay_s, self.url = delay_s, b""
        self.parser = httptools.HttpRequestParser(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes of one or more requests."""
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        """The address of the request."""
        self.url = url

    def on_message_complete(self) -> None:
        """A whole request is here."""
        if b"token" in self.url.partition(b"?")[0]:
            self.transport.write(HEAD % (len(TOKEN), TOKEN))
            return
        counted["messages"] += 1
        asyncio.get_running_loop().call_later(self.delay_s, self._answer)

    def _answer(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(HEAD % (len(DONE), DONE))


async def serve(port: int, delay_s: float) -> None:
    """Until the signal to stop."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    loop.add_signal_handler(signal.SIGUSR1, lambda: print(json.dumps(counted), flush=True))
    server = await loop.create_server(lambda: Platform(delay_s), "127.0.0.1", port)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await stop.wait()
    print(json.dumps(counted), flush=True)


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
