"""A platform on loopback whose answers a test writes down: for manners that a sandbox would not have."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from wechat import faults
from wechat.official_account.door import RealOfficialAccount
from wechat.wecom.door import RealWeCom

CUSTOM = "/cgi-bin/message/custom/send"
INFO = "/cgi-bin/user/info"
STABLE = "/cgi-bin/stable_token"
MakeAccount = Callable[[], RealOfficialAccount]
MakeCorp = Callable[[], RealWeCom]
Reply = Callable[["Seen"], Any]


@dataclass
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: dict[str, str]
    body: bytes


@dataclass
class Loopback:
    """Answers by path: a dict as JSON, a web.Response as it is, "hang" never, "cut" half. Tokens are T1, T2, ..."""

    url: str = ""
    seen: list[Seen] = field(default_factory=list)
    replies: dict[str, Reply] = field(default_factory=dict)
    waiting: dict[str, Callable[[Seen], Awaitable[Any]]] = field(default_factory=dict)
    """Answers that take their time, by path."""
    tokens: int = 0
    token_lasts: int = 7200

    def calls(self, path: str) -> list[Seen]:
        """What arrived at a path."""
        return [one for one in self.seen if one.path == path]

    def answer(self, path: str, reply: Any) -> None:
        """Answer a path so from now on."""
        self.replies[path] = reply if callable(reply) else lambda _seen: reply

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Record and answer."""
        seen = Seen(request.method, request.path, dict(request.query), await request.read())
        self.seen.append(seen)
        if seen.path in ("/cgi-bin/gettoken", "/cgi-bin/stable_token") and seen.path not in self.replies:
            self.tokens += 1
            await asyncio.sleep(0.05)
            return web.json_response({"access_token": f"T{self.tokens}-secret-token", "expires_in": self.token_lasts})
        if seen.path in self.waiting:
            return web.json_response(await self.waiting[seen.path](seen))
        reply = self.replies.get(seen.path, lambda _seen: {"errcode": 0, "errmsg": "ok"})(seen)
        if reply == "hang":
            await asyncio.sleep(30)
        if reply == "cut":
            response = web.StreamResponse(headers={"Content-Length": "1000"})
            await response.prepare(request)
            await response.write(b'{"errcode": ')
            assert request.transport is not None
            request.transport.close()
            return response
        return reply if isinstance(reply, web.StreamResponse) else web.json_response(reply)


async def start(loopback: Loopback) -> web.AppRunner:
    """Serve on a free port; the runner is for the clean-up."""
    application = web.Application(client_max_size=64 << 20)
    application.router.add_route("*", "/{any:.*}", loopback.handle)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    loopback.url = f"http://{host}:{port}"
    return runner


async def fault_of(awaited: Any) -> faults.WeChatFault:
    """The fault that a call ends with; it fails the test when the call succeeds."""
    with pytest.raises(faults.WeChatFault) as caught:
        await awaited
    return caught.value
