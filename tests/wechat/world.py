"""A sandbox with people in it, our two doors to it, and a callback side that listens."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from aiohttp import web

from kernel import settings
from wechat import callbacks, doors, events
from wechat.gateway.official_account import OfficialAccount
from wechat.gateway.wecom import WeCom
from wechat.sandbox import config, server
from wechat.sandbox.client import Sandbox


@dataclass
class World:
    """A sandbox with the small seed in it, our two doors to it, and what our callback side heard from it."""

    control: Sandbox
    url: str
    account: OfficialAccount
    corp: WeCom
    fans: list[str]
    clients: list[str]
    chat: str
    heard: list[events.Event] = field(default_factory=list)

    async def sign_in(self, address: str, who: str) -> str:
        """Walk through the sign-in page as `who`; the code that comes back."""
        page = address.partition("#")[0]
        async with aiohttp.ClientSession() as http, http.get(f"{page}&as={who}", allow_redirects=False) as answer:
            query = parse_qs(urlsplit(answer.headers["Location"]).query)
            assert query["state"] == ["st"]
            return query["code"][0]


async def hear(heard: list[events.Event]) -> tuple[web.AppRunner, str]:
    async def check(request: web.Request) -> web.Response:
        return web.Response(body=callbacks.answer_check(keys(request), request.query))

    async def take(request: web.Request) -> web.Response:
        plain = callbacks.open_post(keys(request), request.query, await request.read())
        heard.append(callbacks.parse(keys(request).side, plain))
        return web.Response(text="success")

    def keys(request: web.Request) -> callbacks.Keys:
        return callbacks.keys_of("official_account" if request.path == "/oa" else "wecom")

    application = web.Application()
    for path in ("/oa", "/wx"):
        application.add_routes([web.get(path, check), web.post(path, take)])
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@pytest.fixture
async def world(db: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    now = settings.get()
    heard: list[events.Event] = []
    runner, ours = await hear(heard)
    account = {"appid": now.oa_appid, "secret": now.oa_secret, "token": now.oa_token, "aes_key": now.oa_aes_key}
    agent = {"agentid": now.wecom_agentid, "secret": now.wecom_secret, "token": now.wecom_token}
    place = {
        "official_accounts": [
            {
                **account,
                "callback_url": f"{ours}/oa",
                "templates": [{"template_id": now.oa_template_id, "title": "服务通知", "content": ""}],
            }
        ],
        "corps": [
            {
                "corpid": now.wecom_corpid,
                "agents": [{**agent, "aes_key": now.wecom_aes_key, "callback_url": f"{ours}/wx"}],
            }
        ],
        "switches": {"template_delay_s": 0.02, "dispatching_s": 0},
    }
    async with server.running(config.read(place)) as url, Sandbox(f"{url}/_ctl") as control:
        for name, path in (("OA_API", "oa"), ("WECOM_API", "wx"), ("OA_PAGE", "mp")):
            monkeypatch.setenv(f"HUILIU_{name}_URL", f"{url}/{path}")
        settings.forget()
        seed = await control.seed("small")
        made = World(control, url, doors.official_account(), doors.wecom(), seed["fans"], seed["externals"], "")
        made.chat, made.heard = seed["groups"][0], heard
        yield made
        await doors.close()
    await runner.cleanup()
    monkeypatch.undo()
    settings.forget()


async def reached(world: World, **filters: Any) -> dict[str, int]:
    told = await world.control.reached(**filters)
    return {who: sum(kinds.values()) for who, kinds in told["people"].items()}
