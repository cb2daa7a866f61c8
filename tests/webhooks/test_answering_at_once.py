"""Asking for a person is answered in the answer to the callback, once, in the account's own form."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from community.clients.models import Client
from community.conversations.models import Inbound
from community.sending.models import Send
from kernel import settings
from staff.models import Staff
from tests.webhooks.calling import Caller, account
from webhooks import answering_at_once, handling
from webhooks.models import Callback
from wechat import accounts, bodies, callbacks, envelope
from wechat.apps import App
from wechat.sandbox.callbacks import answers

AT = 1_790_000_000


def opened(body: bytes) -> dict[str, Any]:
    """A sealed reply, read as WeChat reads it."""
    now, outer = settings.get(), bodies.read(body)
    assert outer["MsgSignature"] == envelope.sign(now.oa_token, outer["TimeStamp"], outer["Nonce"], outer["Encrypt"])
    return bodies.read(envelope.unseal(outer["Encrypt"], now.oa_aes_key, now.oa_appid))


async def ask(wechat: Caller, words: str, msg_id: str = "1") -> bytes:
    status, body = await wechat.account_event("o1", AT, MsgType="text", Content=words, MsgId=msg_id)
    assert status == 200
    return body


async def handle_all() -> None:
    ids: Any = await Callback.all().order_by("id").values_list("id", flat=True)
    await handling.handle(ids)


async def test_asking_for_a_person_is_answered_at_once_and_never_a_second_time(wechat: Caller) -> None:
    body = await ask(wechat, "转人工！")
    is_taken, said = answers.judge(account(), 200, body.decode())
    assert is_taken
    assert said is not None
    assert said.kind == "transfer_customer_service"
    reply = opened(body)
    assert reply == {
        "ToUserName": "o1",
        "FromUserName": settings.get().oa_original_id,
        "CreateTime": str(AT),
        "MsgType": "transfer_customer_service",
    }
    await handle_all()
    assert (await Inbound.get()).answered_by == "hand_over"
    assert await Send.filter(channel="oa_service").count() == 0


async def test_a_repeated_callback_gets_the_same_reply_and_has_one_effect(wechat: Caller) -> None:
    first, again = await ask(wechat, "人工"), await ask(wechat, "人工")
    assert first != again, "sealed anew"
    assert opened(first) == opened(again)
    await handle_all()
    assert await Callback.all().count() == await Inbound.all().count() == 1


async def test_the_owner_is_told_all_the_same(wechat: Caller) -> None:
    person = await Staff.create(login="a", name="张伟", role="director", wecom_userid="zhang.wei")
    await ask(wechat, "你好", "1")
    await handle_all()
    await Client.all().update(owner_id=person.id)
    await ask(wechat, "客户经理", "2")
    await handle_all()
    assert await Send.filter(channel="staff_message", recipient="zhang.wei").count() == 1


@pytest.mark.parametrize("words", ["退订", "你好", "人工智能理财怎么样", "人" + "。" * 70 + "工"])
async def test_everything_else_hears_success_and_is_answered_afterwards(wechat: Caller, words: str) -> None:
    assert await ask(wechat, words) == b"success"


def event(app: App, words: str = "人工") -> Any:
    fields = {
        "ToUserName": "gh",
        "FromUserName": "o1",
        "CreateTime": AT,
        "MsgType": "text",
        "Content": words,
        "MsgId": 1,
    }
    return callbacks.parse(app.side, json.dumps(fields).encode(), app.receive_id)


def test_the_reply_has_the_form_and_mode_of_its_account() -> None:
    app = accounts.primary("official_account")
    plain = answering_at_once.reply_to(replace(app, mode="plain"), event(app))
    assert plain is not None
    assert plain.startswith(b"<xml><ToUserName><![CDATA[o1]]>")
    as_json = answering_at_once.reply_to(replace(app, mode="plain", body_format="json"), event(app))
    assert as_json is not None
    assert json.loads(as_json)["MsgType"] == "transfer_customer_service"
    sealed = answering_at_once.reply_to(replace(app, mode="compatible", body_format="json"), event(app))
    assert sealed is not None
    assert set(json.loads(sealed)) == {"Encrypt", "MsgSignature", "TimeStamp", "Nonce"}


def test_a_paused_account_says_nothing_and_a_corp_never_does() -> None:
    app = accounts.primary("official_account")
    assert answering_at_once.reply_to(replace(app, is_paused=True), event(app)) is None
    corp = accounts.primary("wecom")
    assert answering_at_once.reply_to(corp, event(corp)) is None
    assert not answering_at_once.was_answered(replace(event(app), app="wx-nobody"))
