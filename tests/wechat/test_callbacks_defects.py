"""Defects that were measured in wechatpy's callbacks (the design's list, 10 to 15), each shown not to be ours."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from wechatpy.crypto import WeChatCrypto
from wechatpy.events import SubscribeMsgPopupEvent

from kernel import clock
from wechat import bodies, callbacks, envelope, events
from wechat.callbacks import BadCallback, Keys

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = 1_790_000_000
OURS = Keys("official_account", "wx1", "our-token", (AES_KEY,))


def query_of(sealed: str, timestamp: str = str(NOW)) -> dict[str, str]:
    signature = envelope.sign("our-token", timestamp, "n1", sealed)
    return {"msg_signature": signature, "timestamp": timestamp, "nonce": "n1"}


def opened(sealed: str, query: dict[str, str] | None = None) -> bytes:
    with clock.frozen(datetime.fromtimestamp(NOW, UTC)):
        return callbacks.open_post(OURS, query or query_of(sealed), f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode())


def encrypted(plain: bytes) -> str:
    """What is given, as one ciphertext, without WeChat's frame around it."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    key = base64.b64decode(AES_KEY + "=")
    closer = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(closer.update(plain) + closer.finalize()).decode()


@pytest.mark.parametrize(
    ("sealed", "their_error"),
    [
        ("AAAA", ValueError),
        ("A" * 44, Exception),
        (encrypted(b"\x01" * 32), Exception),
        (encrypted(b"r" * 16 + b"\xff\xff\xff\xff" + b"x" * 11 + b"\x01"), Exception),
        (encrypted(b"r" * 16 + b"\x00\x00\x00\x05" + b"\x0c" * 12), Exception),
    ],
)
def test_defect_10_malformed_ciphertext_is_one_kind_of_refusal(sealed: str, their_error: type[Exception]) -> None:
    with pytest.raises(BadCallback) as caught:
        opened(sealed)
    assert caught.value.reason in ("ciphertext", "receiver")
    query = query_of(sealed)
    with pytest.raises(their_error):
        WeChatCrypto("our-token", AES_KEY, "wx1").decrypt_message(
            f"<xml><Encrypt>{sealed}</Encrypt></xml>", query["msg_signature"], query["timestamp"], query["nonce"]
        )


@pytest.mark.parametrize(
    "body", [b"<xml></xml>", b"<a><b/></a>", b"<xml><Encrypt/></xml>", b"{}", b"null", b"[1]", b"1"]
)
def test_defect_10_a_missing_part_is_one_kind_of_refusal(body: bytes) -> None:
    with clock.frozen(datetime.fromtimestamp(NOW, UTC)), pytest.raises(BadCallback):
        callbacks.open_post(OURS, query_of("AAAA"), body)


def test_defect_11_signatures_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[Any, Any]] = []
    true = hmac.compare_digest

    def compare(one: Any, other: Any) -> bool:
        asked.append((one, other))
        return true(one, other)

    monkeypatch.setattr(hmac, "compare_digest", compare)
    sealed = envelope.seal(b"<xml></xml>", AES_KEY, "wx1")
    assert opened(sealed) == b"<xml></xml>"
    query = query_of(sealed)
    assert (query["msg_signature"].encode(), query["msg_signature"].encode()) in asked
    assert any(other == b"wx1" for _, other in asked), "the receiver is compared so, too"


def test_defect_11_an_old_timestamp_is_refused_although_it_is_signed() -> None:
    sealed = envelope.seal(b"<xml></xml>", AES_KEY, "wx1")
    for timestamp in (str(NOW - 601), str(NOW + 601), "0", "-1", "1e9", "１７９００００００００", "9" * 400):
        with pytest.raises(BadCallback, match="stale"):
            opened(sealed, query_of(sealed, timestamp))


@pytest.mark.parametrize("pad", [b"\x00" * 32, b"\x21" * 33, b"\x02\x03\x03", b"\xff" * 32])
def test_defect_11_and_13_padding_is_verified_byte_by_byte(pad: bytes) -> None:
    text = b"<xml></xml>"
    whole = b"r" * 16 + len(text).to_bytes(4, "big") + text + b"wx1"
    filler = b"z" * (-(len(whole) + len(pad)) % 16)
    with pytest.raises(BadCallback):
        opened(encrypted(whole + filler + pad))


def test_defect_14_lists_may_be_absent_one_many_or_nonsense() -> None:
    head = "<ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1790000000</CreateTime>"
    body = f"<xml>{head}<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event>{{rest}}</xml>"
    one = "<List><TemplateId>T1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"

    def choices(rest: str) -> list[tuple[str, bool]]:
        event = callbacks.parse("official_account", body.format(rest=rest).encode())
        assert isinstance(event, events.SubscriptionAnswered)
        return [(choice.template_id, choice.is_accepted) for choice in event.choices]

    outer = "<SubscribeMsgPopupEvent>{}</SubscribeMsgPopupEvent>"
    assert (
        choices("") == choices(outer.format("")) == choices(outer.format("<List/>")) == choices(outer.format("x")) == []
    )
    assert choices(outer.format(one)) == [("T1", True)]
    assert choices(outer.format(one + one.replace("T1", "T2"))) == [("T1", True), ("T2", True)]
    with pytest.raises(KeyError):
        _ = SubscribeMsgPopupEvent({"Event": "subscribe_msg_popup_event"}).subscribes


def test_defect_14_numbers_are_numbers_whatever_is_written() -> None:
    for said, meant in (("3", 3), ("", 0), ("x", 0), ("-1", 0), ("9" * 400, 0), ("１", 0), ("1.5", 0)):
        head = "<xml><ToUserName>c</ToUserName><CreateTime>1</CreateTime><MsgType>event</MsgType>"
        body = f"{head}<Event>change_external_chat</Event><ChangeType>update</ChangeType><ChatId>w</ChatId>"
        body += f"<UpdateDetail>add_member</UpdateDetail><JoinScene>{said}</JoinScene></xml>"
        event = callbacks.parse("wecom", body.encode())
        assert isinstance(event, events.GroupChanged)
        assert (event.join_scene or 0) == meant


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><xml><Content>&b;</Content></xml>'


@pytest.mark.parametrize(
    "read",
    [
        lambda: bodies.read(BOMB.encode()),
        lambda: callbacks.parse("wecom", BOMB.encode()),
        lambda: callbacks.open_post(OURS, query_of("AAAA"), BOMB.encode()),
        lambda: callbacks.parse("wecom", callbacks.open_post(*_sealed_bomb())),
        lambda: bodies.read(b"<!doctype x SYSTEM 'file:///etc/passwd'><xml><a>&x;</a></xml>"),
        lambda: bodies.read(b"<?xml version='1.0'?><!  DOCTYPE x><xml><a>1</a></xml>"),
    ],
)
def test_defect_15_document_types_and_entities_are_one_kind_of_refusal(read: Callable[[], Any]) -> None:
    with clock.frozen(datetime.fromtimestamp(NOW, UTC)), pytest.raises(BadCallback, match=r"doctype|malformed"):
        read()


def _sealed_bomb() -> tuple[Keys, dict[str, str], bytes]:
    sealed = envelope.seal(BOMB.encode(), AES_KEY, "wx1")
    return OURS, query_of(sealed), f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()


def test_a_body_too_deep_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[Any] = []
    monkeypatch.setattr(bodies.etree, "fromstring", lambda *given: parsed.append(given))
    monkeypatch.setattr(bodies.json, "loads", lambda *given: parsed.append(given))
    deep = [
        b"<xml>" + b"<a>" * 20 + b"</a>" * 20 + b"</xml>",
        b'{"a":' * 21 + b"1" + b"}" * 21,
        b'{"a":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    ]
    for raw in deep:
        with pytest.raises(BadCallback, match="malformed"):
            bodies.read(raw)
    assert parsed == []


def test_brackets_inside_texts_are_no_depth() -> None:
    assert bodies.read(b'{"Content": "' + b"[{" * 100 + b'\\"[["}')["Content"].startswith("[{[{")
    nested = b"<xml><a><b><![CDATA[" + b"<x>" * 100 + b"]]></b></a></xml>"
    assert bodies.read(nested)["a"]["b"] == "<x>" * 100
