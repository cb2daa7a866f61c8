"""Passive replies in every mode, what counts as a bad one, keys in rotation, bursts, and everything a fan can send."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from wechat.sandbox import envelope

APPID, KEY = "wxbank0000000001", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = base64.b64encode(bytes(range(32))).decode().rstrip("=")


class Desk:
    """A product that answers what the test says; `heard` keeps (query, body)."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], str]] = []
        self.reply = "success"
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        """Keep a callback and answer it."""
        self.heard.append((dict(request.query), await request.text()))
        return web.Response(text=self.reply)


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    here = Desk()
    app = web.Application()
    app.add_routes([web.post("/oa", here.take)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    here.url = f"http://127.0.0.1:{runner.addresses[0][1]}/oa"
    yield here
    await runner.cleanup()


async def point(play: Any, desk: Desk, **settings: Any) -> str:
    account = (await play.ctl.config())["official_accounts"][0]
    changed = {**account, "callback_url": desk.url, **settings}
    await play.ctl.config(official_accounts=[changed], check=False)
    await play.ctl.switches(callback_retry_s=[])
    return str((await play.ctl.seed("small"))["fans"][0])


def text_reply(openid: str, content: str = "收到", kind: str = "text") -> str:
    head = f"<ToUserName>{openid}</ToUserName><FromUserName>gh</FromUserName><CreateTime>1</CreateTime>"
    return f"<xml>{head}<MsgType>{kind}</MsgType><Content><![CDATA[{content}]]></Content></xml>"


def seal(reply: str, key: str = KEY, as_json: bool = False) -> str:
    encrypt = envelope.encrypt(reply, key, APPID)
    signature = envelope.sign("oatoken", "1", "2", encrypt)
    if as_json:
        return json.dumps({"Encrypt": encrypt, "MsgSignature": signature, "TimeStamp": 1, "Nonce": "2"})
    tail = f"<MsgSignature>{signature}</MsgSignature><TimeStamp>1</TimeStamp><Nonce>2</Nonce>"
    return f"<xml><Encrypt>{encrypt}</Encrypt>{tail}</xml>"


async def answered(play: Any, desk: Desk, openid: str, reply: str) -> tuple[int, int]:
    """(replies that reached the fan, times the service looked unavailable) after one more message."""
    desk.reply = reply
    await play.ctl.act("fan.message", openid=openid)
    assert await play.ctl.settle()
    fans = {one["openid"]: one for one in (await play.ctl.people("fans"))["fans"]}
    return (await play.ctl.reached(kind="reply"))["total"], fans[openid]["unavailable_shown"]


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_a_reply_reaches_the_fan_in_every_mode(play: Any, desk: Desk, mode: str) -> None:
    openid = await point(play, desk, mode=mode)
    reply = text_reply(openid)
    expected = (1, 0) if mode != "safe" else (0, 1)
    assert await answered(play, desk, openid, reply) == expected
    if mode != "plain":
        assert await answered(play, desk, openid, seal(reply)) == (expected[0] + 1, expected[1])
    query, body = desk.heard[0]
    assert ("<Content>" in body) == (mode != "safe")
    assert ("<Encrypt>" in body) == (mode != "plain") == ("msg_signature" in query)
    assert query["signature"] == envelope.sign("oatoken", query["timestamp"], query["nonce"])


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
async def test_bodies_may_be_json_in_every_mode(play: Any, desk: Desk, mode: str) -> None:
    openid = await point(play, desk, mode=mode, body_format="json")
    reply = {"ToUserName": openid, "FromUserName": "gh", "CreateTime": 1, "MsgType": "text", "Content": "收到"}
    told = json.dumps(reply, ensure_ascii=False)
    assert await answered(play, desk, openid, seal(told, as_json=True) if mode == "safe" else told) == (1, 0)
    body = json.loads(desk.heard[0][1])
    assert ("Content" in body) == (mode != "safe")
    assert ("Encrypt" in body) == (mode != "plain")
    if mode == "safe":
        assert json.loads(envelope.decrypt(body["Encrypt"], KEY)[0])["FromUserName"] == openid


async def test_replies_that_are_none_show_the_fan_that_the_service_is_unavailable(play: Any, desk: Desk) -> None:
    openid = await point(play, desk, mode="plain")
    head = f"<ToUserName>{openid}</ToUserName><FromUserName>gh</FromUserName><CreateTime>1</CreateTime>"
    bad = [
        "hello",
        "\ufeffsuccess",
        "<xml></xml>",
        text_reply("somebody else"),
        text_reply(openid, kind="poem"),
        text_reply(openid, ""),
        text_reply(openid, "x" * 2049),
        text_reply(openid, "a]]></Content><Content>b</Content><x><![CDATA["),
        "<!DOCTYPE a>" + text_reply(openid),
        f"<xml>{head}<MsgType>news</MsgType><ArticleCount>2</ArticleCount>"
        "<Articles><item><Title>t</Title></item></Articles></xml>",
        f"<xml>{head}<MsgType>image</MsgType></xml>",
    ]
    for number, reply in enumerate(bad, 1):
        assert await answered(play, desk, openid, reply) == (0, number), reply
    assert await answered(play, desk, openid, "") == (0, len(bad))
    assert await answered(play, desk, openid, text_reply(openid)) == (1, len(bad))


async def test_a_sealed_reply_with_a_wrong_key_or_signature_is_none(play: Any, desk: Desk) -> None:
    openid = await point(play, desk)
    good = seal(text_reply(openid))
    assert await answered(play, desk, openid, good.replace("<Nonce>2", "<Nonce>3")) == (0, 1)
    assert await answered(play, desk, openid, seal(text_reply(openid), OLD_KEY)) == (0, 2)
    assert await answered(play, desk, openid, good) == (1, 2)


async def test_during_a_rotation_both_keys_are_in_use(play: Any, desk: Desk) -> None:
    openid = await point(play, desk, previous_aes_key=OLD_KEY)
    await play.ctl.disorder(old_key=1)
    assert await answered(play, desk, openid, seal(text_reply(openid), OLD_KEY)) == (1, 0)
    sealed = desk.heard[0][1].split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    assert envelope.decrypt(sealed, OLD_KEY)[1] == APPID
    with pytest.raises(ValueError, match=r".+"):
        envelope.decrypt(sealed, KEY)


async def test_a_transfer_hands_the_talk_to_customer_service(play: Any, desk: Desk) -> None:
    openid = await point(play, desk, mode="plain")
    reply = text_reply(openid, kind="transfer_customer_service").replace("<Content><![CDATA[收到]]></Content>", "")
    assert await answered(play, desk, openid, reply) == (0, 0)
    token = {"access_token": await play.oa_token()}
    waiting = await play.call("GET", "/oa/customservice/kfsession/getwaitcase", **token)
    assert [one["openid"] for one in waiting["waitcaselist"]] == [openid]


async def test_a_burst_is_held_back_and_let_go_at_once(play: Any, desk: Desk) -> None:
    openid = await point(play, desk)
    await play.ctl.disorder(burst=20, burst_wait_ms=60_000)
    await play.ctl.acts([{"act": "fan.message", "openid": openid, "text": str(number)} for number in range(19)])
    assert not desk.heard
    await play.ctl.act("fan.message", openid=openid)
    assert await play.ctl.settle()
    assert len(desk.heard) == 20


async def test_one_event_can_come_many_times_within_a_moment(play: Any, desk: Desk) -> None:
    await point(play, desk, mode="plain")
    event = {"Event": "subscribe", "EventKey": "qrscene_{n}"}
    sent = await play.ctl.burst(event, 100, within_s=0.1, app=f"oa:{APPID}", openid="o{n}")
    assert len(sent) == 100
    assert await play.ctl.settle()
    assert len({body for _, body in desk.heard}) == 100


async def test_fans_send_every_kind_of_message_and_event(play: Any, desk: Desk) -> None:
    openid = await point(play, desk, mode="plain")
    play.tokens["oa"] = await play.oa_token()
    for kind in ("text", "image", "voice", "video", "shortvideo", "location", "link"):
        await play.ctl.act("fan.message", openid=openid, kind=kind, recognition="查询积分")
    for kind in ("click", "view", "miniprogram", "scancode_push", "scancode_waitmsg", "pic_weixin", "location_select"):
        await play.ctl.act("fan.click", openid=openid, key="K", url="http://127.0.0.1/", kind=kind, result="EVT:42")
    await play.ctl.act("fan.locate", openid=openid)
    await play.ctl.act("fan.revoke", openid=openid)
    await play.ctl.act("fan.edit_profile", openid=openid, name="新名")
    assert await play.ctl.settle()
    labels = [one["event"] for one in await play.ctl.callbacks()]
    assert labels == [
        *("text", "image", "voice", "video", "shortvideo", "location", "link"),
        *("CLICK", "VIEW", "view_miniprogram", "scancode_push", "scancode_waitmsg", "pic_weixin", "location_select"),
        *("LOCATION", "user_authorization_revoke", "user_info_modified"),
    ]
    picture = next(body for _, body in desk.heard if "<PicUrl>" in body)
    media_id = picture.split("<MediaId><![CDATA[")[1].split("]]>")[0]
    query = {"access_token": play.tokens["oa"], "media_id": media_id}
    async with play.http.get(f"{play.url}/oa/cgi-bin/media/get", params=query) as answer:
        assert (await answer.read()).startswith(b"\x89PNG")
