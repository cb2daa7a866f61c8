"""The sandbox's sender and our intake agree in every mode and format, each account at its own address."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace

import pytest

from tests.webhooks.calling import Caller
from webhooks.models import Callback
from wechat import accounts, app_rows
from wechat.models import WechatApp
from wechat.sandbox.callbacks import answers, wrapping
from wechat.sandbox.callbacks.wrapping import Flaws, Receiver

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
SANDBOX_WORDS = {"plain": "plain", "compatible": "compat", "safe": "safe"}
XML = (
    "<xml><ToUserName><![CDATA[gh_second]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>{at}"
    "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[{said}]]></Content><MsgId>{at}</MsgId></xml>"
)
Opened = Callable[[str, str], Awaitable[Receiver]]


@pytest.fixture
async def opened(db: None) -> AsyncIterator[Opened]:
    """Opens a second account in our console and in WeChat's, in a mode and format."""

    async def open_account(mode: str, body_format: str) -> Receiver:
        names = {"side": "official_account", "receive_id": "wxsecond", "name": "第二个号", "slug": "second"}
        row = await WechatApp.create(**names, mode=mode, body_format=body_format, original_id="gh_second")
        row.token_sealed = app_rows.seal("token", "second-token", row.id)
        row.aes_key_sealed = app_rows.seal("aes_key", AES_KEY, row.id)
        await row.save()
        await accounts.refresh(0)
        keys = ("second-token", AES_KEY, "wxsecond", "gh_second", SANDBOX_WORDS[mode])
        return Receiver("oa", "oa:wxsecond", "x", *keys, previous_aes_key=OLD_KEY, body_format=body_format)

    yield open_account
    accounts.forget()


def body_of(receiver: Receiver, said: str) -> str:
    """A text message in the account's format."""
    at = int(time.time())
    if receiver.body_format == "xml":
        return XML.format(at=at, said=said)
    fields = {"ToUserName": "gh_second", "FromUserName": "o1", "CreateTime": at, "MsgType": "text"}
    return json.dumps({**fields, "Content": said, "MsgId": at}, ensure_ascii=False)


async def tell(wechat: Caller, receiver: Receiver, plain: str, flaws: Flaws | None = None) -> tuple[int, bytes]:
    query, body = wrapping.wrap(receiver, plain, "o1", time.time(), flaws)
    return await wechat.send("POST", "/callbacks/official_account/second", query, body.encode())


@pytest.mark.parametrize("body_format", ["xml", "json"])
@pytest.mark.parametrize("mode", list(SANDBOX_WORDS))
async def test_what_the_sandbox_sends_is_taken_and_our_reply_is_accepted(
    wechat: Caller, opened: Opened, mode: str, body_format: str
) -> None:
    receiver = await opened(mode, body_format)
    assert await tell(wechat, receiver, body_of(receiver, "您好")) == (200, b"success")
    status, body = await tell(wechat, receiver, body_of(receiver, "人工"))
    is_taken, reply = answers.judge(receiver, status, body.decode())
    assert is_taken
    assert reply is not None
    assert reply.kind == "transfer_customer_service"
    assert await Callback.filter(app="wxsecond", kind="text_message").count() == 2


@pytest.mark.parametrize("mode", ["compatible", "safe"])
async def test_a_plain_call_to_an_account_that_seals_is_refused(wechat: Caller, opened: Opened, mode: str) -> None:
    receiver = await opened(mode, "xml")
    status, _ = await tell(wechat, replace(receiver, mode="plain"), body_of(receiver, "您好"))
    assert status == 400
    assert await Callback.all().count() == 0


async def test_calls_under_way_during_a_change_of_key_are_taken_and_later_ones_not(
    wechat: Caller, opened: Opened
) -> None:
    receiver = await opened("safe", "xml")
    plain = body_of(receiver, "您好")
    assert (await tell(wechat, receiver, plain, Flaws(old_key=True)))[0] == 400
    row = await WechatApp.get(slug="second")
    row.aes_previous_sealed = app_rows.seal("aes_previous", OLD_KEY, row.id)
    row.aes_previous_until = row.created_at.replace(year=row.created_at.year + 1)
    await row.save()
    await accounts.refresh(0)
    assert (await tell(wechat, receiver, plain, Flaws(old_key=True)))[0] == 200
    assert (await tell(wechat, receiver, plain))[0] == 200
    assert (await Callback.get()).copies == 2
