"""Passive replies: both formats, sealed where due, and nothing a client writes gets out of its place."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from wechatpy.crypto import WeChatCrypto
from wechatpy.replies import deserialize_reply

from kernel import clock
from kernel.errors import Refused
from wechat import bodies, envelope, replies
from wechat.apps import App

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = 1_790_000_000
FIELDS = {"ToUserName": "gh_bank01", "FromUserName": "oA1", "CreateTime": str(NOW)}


def app(mode: str = "safe", body_format: str = "xml") -> App:
    return App(0, "official_account", "wx1", 0, "", "gh_bank01", "s", "our-token", (AES_KEY,), mode, body_format)


EVERY = {
    "text": replies.text(FIELDS, "您好"),
    "image": replies.image(FIELDS, "m1"),
    "voice": replies.voice(FIELDS, "m2"),
    "video": replies.video(FIELDS, "m3", "标题", "说明"),
    "music": replies.music(FIELDS, "t1", "https://m.example.test/a.mp3", "歌名"),
    "news": replies.news(FIELDS, "标题", "说明", "https://p.example.test/a.png", "https://h5.example.test/"),
    "transfer_customer_service": replies.transfer_to_staff(FIELDS, "kf1@bank"),
}


@pytest.mark.parametrize("kind", list(EVERY))
def test_every_kind_of_reply_is_read_by_another_library_as_it_was_meant(kind: str) -> None:
    reply = EVERY[kind]
    plain = replies.written(reply)
    # wechatpy reads a single article letter by letter, and has no reading for a hand-over
    if kind not in ("news", "transfer_customer_service"):
        assert deserialize_reply(plain.decode()).type == kind
    found = bodies.read(plain)
    assert (found["ToUserName"], found["FromUserName"], found["MsgType"]) == ("oA1", "gh_bank01", kind)
    assert found["CreateTime"] == str(NOW)
    as_json = json.loads(replies.written(reply, "json"))
    assert as_json["MsgType"] == kind
    assert as_json["CreateTime"] == NOW


def test_an_article_is_one() -> None:
    found = bodies.read(replies.written(EVERY["news"]))
    assert found["ArticleCount"] == "1"
    assert found["Articles"]["item"]["Title"] == "标题"


def opened(sealed: bytes) -> bytes:
    """As wechatpy opens our sealing, which signs and seals by its own code."""
    outer = bodies.read(sealed)
    crypto = WeChatCrypto("our-token", AES_KEY, "wx1")
    xml = f"<xml><ToUserName>x</ToUserName><Encrypt>{outer['Encrypt']}</Encrypt></xml>"
    plain: Any = crypto.decrypt_message(xml, outer["MsgSignature"], outer["TimeStamp"], outer["Nonce"])
    return plain.encode() if isinstance(plain, str) else plain


@pytest.mark.parametrize("body_format", ["xml", "json"])
@pytest.mark.parametrize("mode", ["safe", "compatible"])
def test_a_sealed_reply_is_opened_by_another_library(mode: str, body_format: str) -> None:
    with clock.frozen(datetime.fromtimestamp(NOW, UTC)):
        sealed = replies.sealed(app(mode, body_format), EVERY["text"])
    assert b"oA1" not in sealed
    assert (sealed[:1] == b"{") == (body_format == "json")
    assert opened(sealed) == replies.written(EVERY["text"], body_format)


def test_in_plain_mode_nothing_is_sealed() -> None:
    assert replies.sealed(app("plain"), EVERY["text"]) == replies.written(EVERY["text"])


def test_a_text_is_counted_in_bytes() -> None:
    assert replies.text(FIELDS, "啊" * 682)
    for content in ("啊" * 683, "a" * 2049, ""):
        with pytest.raises(Refused):
            replies.text(FIELDS, content)


def test_the_same_callback_gets_the_same_reply_at_any_time() -> None:
    first = replies.written(replies.text(FIELDS, "您好"))
    with clock.frozen(datetime.fromtimestamp(NOW + 9, UTC)):
        assert replies.written(replies.text(FIELDS, "您好")) == first


def test_two_sealings_of_one_reply_share_nothing() -> None:
    one, other = (bodies.read(replies.sealed(app(), EVERY["text"])) for _ in range(2))
    assert one["Encrypt"][:24] != other["Encrypt"][:24]
    assert one["Nonce"] != other["Nonce"]


def test_defect_12_a_text_cannot_break_out_of_its_section() -> None:
    evil = "]]></Content><MsgType><![CDATA[image]]></MsgType><Content><![CDATA["
    plain = replies.written(replies.text(FIELDS, evil))
    root = etree.fromstring(plain)
    assert [child.tag for child in root] == ["ToUserName", "FromUserName", "CreateTime", "MsgType", "Content"]
    assert root.findtext("Content") == evil
    assert root.findtext("MsgType") == "text"


@given(st.one_of(st.text(min_size=1, max_size=80), st.text(alphabet="]>[<!CDATA&;\x00\x0b\ud800a", min_size=1)))
def test_whatever_stands_in_a_reply_stays_in_its_place(content: str) -> None:
    content = content.encode("utf-8", "replace").decode()
    root = etree.fromstring(replies.written(replies.text({**FIELDS, "FromUserName": content[:60]}, content[:400])))
    assert len(root) == 5
    expected = replies.UNWRITABLE.sub("", content[:400]).replace("\r\n", "\n").replace("\r", "\n")
    assert root.findtext("Content") == expected
    again = json.loads(replies.written(replies.text(FIELDS, content[:400]), "json"))
    assert again["Content"] == content[:400]


def test_defect_11_the_random_start_is_not_of_a_guessable_source(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(envelope.secrets, "token_bytes", lambda n: asked.append(n) or b"r" * n)
    sealed = envelope.seal(b"x", AES_KEY, "wx1")
    assert asked == [16]
    assert envelope.unseal(sealed, AES_KEY, "wx1") == b"x"
