"""WeChat's side of the benchmark: callbacks sealed beforehand, posted as fast as the answers come over few connections.

A bare asyncio protocol on uvloop: it costs a fraction of any server here, so that it is not what is measured.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlencode

import uvloop

TEXT = "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[请问理财产品怎么购买？]]></Content><MsgId>{n}</MsgId>"
EVENT = "<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event><EventKey><![CDATA[{key}]]></EventKey>"
MIX = (TEXT, TEXT, EVENT.replace("{name}", "CLICK"), EVENT.replace("{name}", "subscribe"))
ADDRESS = "/callbacks/official_account"


@dataclass
class Posted:
    """One round: seconds it took, seconds of each answer, answers that were not 200, CPU seconds of this side."""

    seconds: float = 0.0
    took: list[float] = field(default_factory=list)
    bad: int = 0
    own_cpu_s: float = 0.0

    def p99_ms(self) -> float:
        return sorted(self.took)[int(len(self.took) * 0.99)] * 1e3 if self.took else 0.0


class Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, requests: deque[bytes], posted: Posted, done: asyncio.Future[None]) -> None:
        self.requests, self.posted, self.done = requests, posted, done
        self.buffer = b""
        self.began = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.next()

    def next(self) -> None:
        if not self.requests:
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(self.requests.popleft())  # type: ignore[attr-defined]  # set once connected

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        at = lower.find(b"content-length:")
        length = (
            int(lower[at + 15 : lower.find(b"\r", at + 15) if b"\r" in lower[at + 15 :] else head]) if at >= 0 else 0
        )
        if len(self.buffer) < head + 4 + length:
            return
        self.posted.took.append(time.perf_counter() - self.began)
        self.posted.bad += not self.buffer.startswith(b"HTTP/1.1 200")
        self.buffer = b""
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_result(None)


def post(port: int, requests: list[bytes], connections: int) -> Posted:
    """Post them all."""
    posted, waiting = Posted(), deque(requests)

    async def run() -> None:
        loop = asyncio.get_running_loop()
        ends = [loop.create_future() for _ in range(connections)]
        for end in ends:
            await loop.create_connection(lambda end=end: Line(waiting, posted, end), "127.0.0.1", port)
        await asyncio.gather(*ends)

    began, cpu = time.perf_counter(), time.process_time()
    uvloop.run(run())
    posted.seconds, posted.own_cpu_s = time.perf_counter() - began, time.process_time() - cpu
    # a connection that was closed early has taken its request with it
    posted.bad += len(requests) - len(posted.took)
    return posted


def prepared(callbacks: int) -> list[bytes]:
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
        head = f"POST {ADDRESS}?{urlencode(query)} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n"
        requests.append(f"{head}Content-Length: {len(body.encode())}\r\n\r\n{body}".encode())
    return requests
