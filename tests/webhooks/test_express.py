"""The short way of a callback through HTTP: whatever shape a request has, the answer and the row are the same."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import pytest
import uvicorn

from tests.waiting import until
from tests.webhooks.calling import account, nothing_here
from webhooks import express, intake
from webhooks.models import Callback
from wechat.sandbox.callbacks import wrapping

ADDRESS = "/callbacks/official_account"


@pytest.fixture
async def port(db: None, request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """A server on a port of its own, with the intake in front of an application that answers 418."""
    app = intake.Intake(nothing_here)
    config = uvicorn.Config(
        app,
        port=0,
        http=express.CallbackProtocol,
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=getattr(request, "param", 5),
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield int(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    await serving
    await app.commits.drain()


def callback(n: int, version: str = "1.1", more: str = "", method: str = "POST", path: str = ADDRESS) -> bytes:
    plain = (
        f"<xml><ToUserName>gh</ToUserName><FromUserName>o{n}</FromUserName><CreateTime>{int(time.time())}</CreateTime>"
        "<MsgType>event</MsgType><Event>CLICK</Event><EventKey>menu</EventKey></xml>"
    )
    query, body = wrapping.wrap(account(), plain, "", time.time())
    head = f"{method} {path}?{urlencode(query)} HTTP/{version}\r\nHost: x\r\n{more}Content-Length: {len(body)}\r\n\r\n"
    return f"{head}{body}".encode()


def chunked(n: int) -> bytes:
    head, _, body = callback(n, more="Transfer-Encoding: chunked\r\n").partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length")]
    return b"\r\n".join(lines) + b"\r\n\r\n" + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)


async def statuses(port: int, parts: list[bytes], answers: int) -> list[int]:
    """Send parts one after another over one line, and read so many answers."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0)
    found = []
    while len(found) < answers:
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        length = head.lower().split(b"content-length: ")[1].split(b"\r\n")[0] if b"ontent-length" in head else b"0"
        await reader.readexactly(int(length))
        found.append(int(head.split(b" ")[1]))
    writer.close()
    await writer.wait_closed()
    return [status for status in found if status != 100]


async def test_one_line_carries_many_callbacks_one_after_another(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for n in range(5):
        writer.write(callback(n))
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        assert head.startswith(b"HTTP/1.1 200 OK\r\ndate: ")
        assert b"content-length: 7" in head
        assert await reader.readexactly(7) == b"success"
    writer.close()
    await writer.wait_closed()
    assert await Callback.all().count() == 5


async def test_every_shape_of_request_gets_the_same_answer_and_one_row(port: int) -> None:
    whole = callback(20)
    shapes: list[tuple[list[bytes], list[int]]] = [
        ([callback(1)], [200]),
        ([whole[:7], whole[7:60], whole[60:]], [200]),
        ([callback(2) + callback(3) + callback(4)], [200, 200, 200]),
        ([callback(5) + callback(6)[:40], b""], [200]),
        ([callback(7, more="Connection: close\r\n")], [200]),
        ([callback(8, version="1.0")], [200]),
        ([chunked(9)], [200]),
        ([callback(10, more="Expect: 100-continue\r\n")], [100, 200]),
        ([callback(11, more="X-Long: " + "y" * 9000 + "\r\n")], [200]),
        ([callback(12, method="PUT")], [405]),
        ([callback(13, path="/console")], [418]),
        ([callback(14, path=f"{ADDRESS}/nobody")], [404]),
        ([callback(15).replace(b"msg_signature=", b"msg_signature=0")], [403]),
    ]
    for parts, expected in shapes:
        seen = await statuses(port, parts, len(expected))
        assert seen == [status for status in expected if status != 100], parts[0][:60]
    assert await Callback.all().count() == 11


async def test_two_lengths_or_a_length_and_chunks_are_refused(port: int) -> None:
    for more in ("Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n"):
        assert await statuses(port, [callback(1, more=more)], 1) == [400]
    assert await Callback.all().count() == 0


async def test_a_body_that_dribbles_is_refused_in_time(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BODY_WITHIN_S", 0.2)
    assert await statuses(port, [callback(1)[:-20]], 1) == [400]
    assert await Callback.all().count() == 0


async def test_an_oversized_body_is_refused_and_its_sender_hears_why(port: int) -> None:
    head = f"POST {ADDRESS}?timestamp=1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n".encode()
    assert await statuses(port, [head, b"x" * 1_000_000, callback(2)], 2) == [413, 200]


async def test_a_caller_who_hangs_up_at_once_has_said_it_all_the_same(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(callback(1))
    await writer.drain()
    writer.transport.abort()
    await until(lambda: Callback.all().count())


@pytest.mark.parametrize("port", [1], indirect=True)
async def test_a_line_that_was_used_stays_open_for_its_time_and_is_then_closed(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    began = last = time.monotonic()
    while last - began < 1.5:
        writer.write(callback(int(last * 1000)))
        assert (await asyncio.wait_for(reader.readuntil(b"success"), 10)).startswith(b"HTTP/1.1 200")
        last = time.monotonic()
        with contextlib.suppress(TimeoutError):
            assert await asyncio.wait_for(reader.read(1), 0.3) != b"", "closed although it was in use"
    assert await asyncio.wait_for(reader.read(), 10) == b""
    assert time.monotonic() - last > 0.8
    writer.close()
    await writer.wait_closed()
