"""What the sandbox sends the product opens and understands, and the product's passive replies reach the fan."""

from __future__ import annotations

import time
from typing import Any

import pytest

from wechat import callbacks, replies
from wechat.apps import App
from wechat.sandbox.callbacks import answers, bodies, wrapping
from wechat.sandbox.config import AccountConfig

APPID, TOKEN, GH = "wxbank0000000001", "oatoken", "gh_bank01"
KEY, OLD_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
MODES = [("plain", "plain"), ("compat", "compatible"), ("safe", "safe")]
FORMS = ("xml", "json")


def both(ours: str, theirs: str, form: str) -> tuple[wrapping.Receiver, App]:
    config = AccountConfig(APPID, "s", TOKEN, KEY, ours, "", GH, previous_aes_key=OLD_KEY, body_format=form)
    keys = {"secret": "s", "token": TOKEN, "aes_keys": (KEY, OLD_KEY), "mode": theirs, "body_format": form}
    return wrapping.for_account(config), App(1, "official_account", APPID, 0, "", GH, **keys)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("ours", "theirs"), MODES)
@pytest.mark.parametrize("old_key", [False, True])
def test_the_product_opens_what_the_sandbox_sends(ours: str, theirs: str, form: str, old_key: bool) -> None:

    receiver, app = both(ours, theirs, form)
    write = bodies.write_json if form == "json" else bodies.write_xml
    told = write(bodies.oa_event(GH, "o1", 1_790_000_000, {"MsgType": "text", "Content": "您]]>好", "MsgId": 7}))
    query, body = wrapping.wrap(receiver, told, "o1", time.time(), wrapping.Flaws(old_key=old_key))
    event = callbacks.parse("official_account", callbacks.open_post(app, query, body.encode()), APPID)
    assert (event.sender, event.text) == ("o1", "您]]>好")  # type: ignore[attr-defined]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("ours", "theirs"), MODES)
def test_the_sandbox_takes_what_the_product_replies(ours: str, theirs: str, form: str) -> None:
    receiver, app = both(ours, theirs, form)
    fields: dict[str, Any] = {"ToUserName": GH, "FromUserName": "o1", "CreateTime": "1790000000"}
    made = [
        replies.text(fields, "收到 ]]><Content>x</Content>"),
        replies.image(fields, "m1"),
        replies.voice(fields, "m1"),
        replies.video(fields, "m1", "t"),
        replies.news(fields, "标题", "d", "p", "u"),
        replies.transfer_to_staff(fields, "one@bank"),
    ]
    read = [answers.read_reply(receiver, replies.sealed(app, one).decode(), "o1") for one in made]
    kinds = [one.kind for one in read]
    assert kinds == ["text", "image", "voice", "video", "news", "transfer_customer_service"]
    assert read[0].text == "收到 ]]><Content>x</Content>"
    assert "标题" in read[4].text
    assert read[5].kf_account == "one@bank"
