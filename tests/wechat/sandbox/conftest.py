"""A sandbox on a free port for each test, verbs to call its API, and a product's side that takes callbacks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import aiohttp
import pytest
from aiohttp import web

from wechat.sandbox import config, envelope, server
from wechat.sandbox.client import Sandbox

APPID, CORPID, AGENT = "wxbank0000000001", "wwbank0000000001", 1000002
OA_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
WX_KEY = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"


def accounts(listener_url: str = "") -> dict[str, Any]:
    oa_url, wx_url = (f"{listener_url}/oa", f"{listener_url}/wx") if listener_url else ("", "")
    account = {"appid": APPID, "secret": "oa-secret", "token": "oatoken", "aes_key": OA_KEY, "callback_url": oa_url}
    app = {"agentid": AGENT, "secret": "wx-secret", "token": "wxtoken", "aes_key": WX_KEY, "callback_url": wx_url}
    quiet = {"agentid": 1000003, "secret": "quiet-secret", "capabilities": []}
    return {
        "official_accounts": [account],
        "corps": [{"corpid": CORPID, "agents": [app, quiet]}],
        "switches": {"template_delay_s": 0.02, "mass_delay_s": 0.02, "dispatching_s": 0, "callback_retry_s": [0, 0.05]},
    }


@dataclass
class Play:
    """One running sandbox: `oa` and `wx` call its API with a good token, `ctl` is its control client."""

    url: str
    ctl: Sandbox
    http: aiohttp.ClientSession
    tokens: dict[str, str] = field(default_factory=dict)

    async def call(self, method: str, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        asked = {name: str(value) for name, value in query.items()}
        async with self.http.request(method, self.url + path, data=_utf8(body), params=asked) as answer:
            told: dict[str, Any] = await answer.json(content_type=None)
            return told

    async def oa_token(self) -> str:
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": "oa-secret"}
        return str((await self.call("POST", "/oa/cgi-bin/stable_token", asked))["access_token"])

    async def wx_token(self, secret: str = "wx-secret") -> str:
        return str((await self.call("GET", "/wx/cgi-bin/gettoken", corpid=CORPID, corpsecret=secret))["access_token"])

    async def oa(self, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        token = self.tokens.get("oa") or await self.oa_token()
        self.tokens["oa"] = token
        return await self.call(
            "GET" if body is None else "POST", f"/oa/cgi-bin/{path}", body, access_token=token, **query
        )

    async def wx(self, path: str, body: Any = None, **query: Any) -> dict[str, Any]:
        token = self.tokens.get("wx") or await self.wx_token()
        self.tokens["wx"] = token
        return await self.call(
            "GET" if body is None else "POST", f"/wx/cgi-bin/{path}", body, access_token=token, **query
        )


def _utf8(body: Any) -> bytes | None:
    import json

    return None if body is None else json.dumps(body, ensure_ascii=False).encode()


@dataclass
class Heard:
    """One callback as the listener took it: opened and verified."""

    side: str
    query: dict[str, str]
    raw: str
    plain: str
    at: float

    @property
    def fields(self) -> dict[str, str]:
        return {child.tag: child.text or "" for child in ElementTree.fromstring(self.plain)}


@dataclass
class Listener:
    """The product's side: verifies, opens and keeps every callback; `answers` scripts (status, body) per call."""

    url: str = ""
    heard: list[Heard] = field(default_factory=list)
    answers: list[tuple[int, str]] = field(default_factory=list)
    echo: str | None = None

    def events(self, name: str) -> list[Heard]:
        return [one for one in self.heard if name in (one.fields.get("Event"), one.fields.get("ChangeType"))]

    async def check(self, request: web.Request) -> web.Response:
        if self.echo is not None:
            return web.Response(text=self.echo)
        query = request.query
        if request.path == "/oa":
            return web.Response(text=query["echostr"])
        assert query["msg_signature"] == envelope.sign("wxtoken", query["timestamp"], query["nonce"], query["echostr"])
        return web.Response(text=envelope.decrypt(query["echostr"], WX_KEY)[0])

    async def take(self, request: web.Request) -> web.Response:
        side, raw, query = request.path[1:], await request.text(), dict(request.query)
        token, key = ("oatoken", OA_KEY) if side == "oa" else ("wxtoken", WX_KEY)
        sealed = ElementTree.fromstring(raw).findtext("Encrypt") or ""
        assert query["msg_signature"] == envelope.sign(token, query["timestamp"], query["nonce"], sealed)
        plain, receive_id = envelope.decrypt(sealed, key)
        assert receive_id == (APPID if side == "oa" else CORPID)
        self.heard.append(Heard(side, query, raw, plain, asyncio.get_running_loop().time()))
        status, body = self.answers.pop(0) if self.answers else (200, "success" if side == "oa" else "")
        return web.Response(status=status, text=body)


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    heard = Listener()
    app = web.Application()
    app.add_routes([web.get(path, heard.check) for path in ("/oa", "/wx")])
    app.add_routes([web.post(path, heard.take) for path in ("/oa", "/wx")])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    heard.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield heard
    await runner.cleanup()


@pytest.fixture(scope="session")
async def house() -> AsyncIterator[Play]:
    """One server for all tests; each test gets it with a new world inside."""
    settings = config.read(accounts())
    async with server.running(settings) as url, aiohttp.ClientSession() as http, Sandbox(f"{url}/_ctl") as ctl:
        yield Play(url, ctl, http)


@pytest.fixture
async def play(house: Play) -> Play:
    """A sandbox without anybody to call back."""
    return await _anew(house, accounts())


@pytest.fixture
async def heard_play(house: Play, listener: Listener) -> Play:
    """A sandbox that calls the listener back."""
    return await _anew(house, accounts(listener.url))


async def _anew(house: Play, data: dict[str, Any]) -> Play:
    await house.ctl.reset()
    changes = {name: data[name] for name in ("official_accounts", "corps")}
    await house.ctl.config(**changes, check=False)
    return Play(house.url, house.ctl, house.http)
