"""The same on the wire: hostile HTTP against the protocol that takes callbacks straight from the parser."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from uvicorn.server import ServerState

from kernel import database
from tests.wechat import hostile
from tests.wechat.hostile import Call, Hostile
from webhooks.express import CallbackProtocol
from webhooks.intake import Intake
from webhooks.models import Callback, RefusedCall

TOGETHER = 50
ANSWER_WITHIN_S = 0.5
PROOF = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(7200)]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """The application behind the intake."""
    await send({"type": "http.response.start", "status": 418, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


@dataclass
class Wire:
    """A listening intake, and what went wrong inside the loop meanwhile."""

    port: int
    intake: Intake
    mishaps: list[dict[str, Any]] = field(default_factory=list)

    async def answer(self, raw: bytes) -> int:
        """The status of the first answer; 0: none came in time, or the connection was closed without a word."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(raw)
            async with asyncio.timeout(ANSWER_WITHIN_S):
                head = await reader.readuntil(b"\r\n")
            return int(head.split(b" ")[1])
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            return 0
        finally:
            writer.close()


@pytest.fixture
async def wire(db: None) -> AsyncIterator[Wire]:
    """The intake under uvicorn's own protocol, as `processes.web` runs it."""
    intake, state = Intake(behind), ServerState()
    config = uvicorn.Config(intake, http=CallbackProtocol, lifespan="off", log_config=None, proxy_headers=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: CallbackProtocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    made = Wire(server.sockets[0].getsockname()[1], intake)
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: made.mishaps.append(context))
    yield made
    loop.set_exception_handler(before)
    server.close()
    for connection in list(state.connections):
        connection.shutdown()
    await intake.commits.drain()


def on_the_wire(maker: Hostile, call: Call) -> bytes:
    """A whole request as bytes, sometimes damaged as bytes, cut, pipelined, chunked or with lies in its head."""
    rng = maker.random
    body = b"".join(call.parts)
    method = call.method if call.method.isalpha() else "POST"
    path = call.path.encode("ascii", "ignore").replace(b"\x00", b"")
    head = method.encode() + b" " + path + b"?" + call.query.replace(b" ", b"%20") + b" HTTP/1.1\r\nHost: x\r\n"
    if rng.random() < 0.1:
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in call.parts if part)
        return head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
    lie = rng.choice((0, 0, 0, 0, 0, 0, 0, -1, 1, 10**9))
    extra = rng.choice((b"",) * 8 + (b"Expect: 100-continue\r\n", b"Upgrade: websocket\r\nConnection: Upgrade\r\n"))
    whole = head + extra + b"Content-Length: %d\r\n\r\n" % max(len(body) + lie, 0) + body
    how = rng.randrange(10)
    if how == 0:
        return maker.mutated(whole)
    if how == 1:
        return whole * 3
    return whole[: rng.randrange(len(whole))] if how == 2 else whole


def requests(maker: Hostile, count: int) -> Iterator[tuple[str, bytes]]:
    """Hostile calls of all kinds, and forgeries among them."""
    for call in maker.calls(count - count // 3):
        yield call.kind, on_the_wire(maker, call)
    for call in maker.forged(count // 3):
        yield "forged", on_the_wire(maker, call)


@pytest.mark.parametrize("count", [pytest.param(1_500, marks=pytest.mark.prove), pytest.param(10_000, marks=PROOF)])
async def test_hostile_http_makes_no_error_of_ours_and_no_forgery_is_taken(wire: Wire, count: int) -> None:
    maker, seen = Hostile(20_261_126, hostile.our_apps()), Counter[tuple[str, int]]()
    source = requests(maker, count)
    while batch := list(itertools.islice(source, TOGETHER)):
        statuses = await asyncio.gather(*(wire.answer(raw) for _, raw in batch))
        seen.update(zip((kind for kind, _ in batch), statuses, strict=True))
    by_status: Counter[int] = Counter()
    for (_, status), n in seen.items():
        by_status[status] += n
    print(f"\n{count} hostile requests on the wire: {dict(by_status)}")
    assert max(by_status) < 500
    assert seen["forged", 200] == 0
    assert [str(mishap.get("exception") or mishap["message"]) for mishap in wire.mishaps] == []
    await wire.intake.commits.tallies.drain()
    assert await RefusedCall.filter(reason="unexpected").count() == 0
    before = await Callback.all().count()
    maker.app = maker.apps[0]
    true = maker.post("true", maker.seal(maker.plaintext().encode()))
    whole = b"POST %s?%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s"
    assert await wire.answer(whole % (true.path.encode(), true.query, len(true.parts[0]), true.parts[0])) == 200
    assert await database.fetch_value("SELECT count(*) FROM callback") == before + 1
