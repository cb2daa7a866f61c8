"""Receivers written by others take the sandbox's callbacks and answer them; their replies reach the fan."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import werobot
from aiohttp import web
from wechatpy import parse_message
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import ArticlesReply, create_reply
from wechatpy.utils import check_signature

APPID, TOKEN, KEY = "wxbank0000000001", "oatoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


class Robot:
    """WeRoBot behind its own verbs."""

    def __init__(self) -> None:
        self.robot = werobot.WeRoBot(token=TOKEN, app_id=APPID, encoding_aes_key=KEY)
        self.robot.config["SESSION_STORAGE"] = False
        self.robot.add_handler(lambda message: f"WeRoBot：{message.content}", type="text")
        self.robot.add_handler(lambda message: f"WeRoBot：欢迎 {message.key}", type="subscribe_event")

    def answer(self, query: Any, body: str) -> str:
        """What it says to one callback."""
        assert self.robot.check_signature(query["timestamp"], query["nonce"], query["signature"])
        signed = {name: query.get(name) for name in ("timestamp", "nonce", "msg_signature")}
        return str(self.robot.get_encrypted_reply(self.robot.parse_message(body, **signed)))


class Wechatpy:
    """wechatpy as its handbook shows it."""

    def __init__(self) -> None:
        self.crypto = WeChatCrypto(TOKEN, KEY, APPID)

    def answer(self, query: Any, body: str) -> str:
        """What it says to one callback."""
        check_signature(TOKEN, query["signature"], query["timestamp"], query["nonce"])
        sealed = query.get("encrypt_type") == "aes"
        if sealed:
            body = self.crypto.decrypt_message(body, query["msg_signature"], query["timestamp"], query["nonce"])
        message = parse_message(body)
        if message.type == "text":
            reply = create_reply(f"wechatpy：{message.content}", message)
        else:
            reply = ArticlesReply(message=message)
            greeting = f"wechatpy：欢迎 {message.event}"
            reply.add_article({"title": greeting, "description": "d", "image": "p", "url": "u"})
        told = reply.render()
        return str(self.crypto.encrypt_message(told, query["nonce"], query["timestamp"]) if sealed else told)


@pytest.fixture(params=[Robot, Wechatpy])
async def receiver(request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a foreign receiver."""
    foreign = request.param()

    async def take(asked: web.Request) -> web.Response:
        return web.Response(text=foreign.answer(asked.query, await asked.text()), content_type="application/xml")

    async def check(asked: web.Request) -> web.Response:
        return web.Response(text=asked.query["echostr"])

    app = web.Application()
    app.add_routes([web.post("/", take), web.get("/", check)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    await runner.cleanup()


@pytest.mark.parametrize("mode", ["plain", "safe"])
async def test_their_replies_reach_the_fan(play: Any, receiver: str, mode: str) -> None:
    account = (await play.ctl.config())["official_accounts"][0]
    changed = {**account, "callback_url": receiver, "mode": mode}
    await play.ctl.config(official_accounts=[changed])
    openid = (await play.ctl.act("fan.scan", scene="salon"))["openid"]
    await play.ctl.act("fan.message", openid=openid, text="积分<>&]]")
    assert await play.ctl.settle()
    assert {one["outcome"] for one in await play.ctl.callbacks()} == {"delivered"}
    assert (await play.ctl.reached(kind="reply", text="积分<>&]]"))["people"] == {openid: {"reply": 1}}
    assert (await play.ctl.reached(kind="reply", text="欢迎"))["total"] == 1
