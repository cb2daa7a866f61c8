"""Plain, compatible and safe mode, XML and JSON, two keys: what is taken where, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from kernel import clock
from wechat import bodies, callbacks, envelope, replaying
from wechat.apps import App
from wechat.callbacks import BadCallback

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
OLD_KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFG"
NOW = 1_790_000_000
XML = (
    "<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>1790000000</CreateTime>"
    "<MsgType>text</MsgType><Content><![CDATA[{said}]]></Content><MsgId>1</MsgId></xml>"
)
PLAIN = XML.format(said="您好")
AS_JSON = json.dumps(
    {"ToUserName": "gh", "FromUserName": "o1", "CreateTime": NOW, "MsgType": "text", "Content": "您好"}
)


@pytest.fixture(autouse=True)
def _one_moment() -> Iterator[None]:
    replaying.forget()
    with clock.frozen(datetime.fromtimestamp(NOW, UTC)):
        yield
    replaying.forget()


def app(side: Any = "official_account", mode: str = "safe", keys: tuple[str, ...] = (AES_KEY,)) -> App:
    return App(0, side, "wx1", 0, "", "gh", "s", "our-token", keys, mode)


def signed(*sealed: str, token: str = "our-token", timestamp: int = NOW, nonce: str = "n1") -> dict[str, str]:
    """The query of a call, as WeChat signs it in all modes."""
    query = {"timestamp": str(timestamp), "nonce": nonce, "signature": envelope.sign(token, str(timestamp), nonce)}
    if sealed:
        query["encrypt_type"] = "aes"
        query["msg_signature"] = envelope.sign(token, str(timestamp), nonce, *sealed)
    return query


def compatible(plain: str, sealed: str) -> bytes:
    """The plain elements and the sealed part side by side."""
    return plain.replace("</xml>", f"<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>").encode()


def refusal(account: App, query: dict[str, str], body: bytes) -> str:
    with pytest.raises(BadCallback) as caught:
        callbacks.open_post(account, query, body)
    return caught.value.reason


@pytest.mark.parametrize("plain", [PLAIN, AS_JSON], ids=["xml", "json"])
def test_a_plain_body_is_taken_only_where_the_mode_is_plain(plain: str) -> None:
    query = signed()
    assert callbacks.open_post(app(mode="plain"), query, plain.encode()) == plain.encode()
    for mode in ("safe", "compatible"):
        assert refusal(app(mode=mode), query, plain.encode()) == "plain_refused"
    assert refusal(app("wecom", "plain"), query, plain.encode()) == "plain_refused"


def test_peers_12_a_plain_post_with_a_true_signature_to_a_safe_account_is_refused() -> None:
    query = signed()
    assert refusal(app(), query, PLAIN.encode()) == "plain_refused"
    assert refusal(app(), {**query, "msg_signature": query["signature"]}, PLAIN.encode()) == "plain_refused"


def test_peers_12_a_callback_for_another_receiver_is_refused() -> None:
    sealed = envelope.seal(PLAIN.encode(), AES_KEY, "wx2")
    for side in ("official_account", "wecom"):
        assert refusal(app(side), signed(sealed), f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()) == "receiver"


@pytest.mark.parametrize(("query", "reason"), [({}, "signature"), ({"signature": "0" * 40}, "signature")])
def test_a_plain_body_with_a_wrong_or_no_signature_is_refused(query: dict[str, str], reason: str) -> None:
    base = {**signed(), **query}
    if not query:
        del base["signature"]
    assert refusal(app(mode="plain"), base, PLAIN.encode()) == reason
    assert refusal(app(mode="plain"), signed(timestamp=NOW - 601), PLAIN.encode()) == "stale"
    bomb = b'<!DOCTYPE x [<!ENTITY a "b">]>' + PLAIN.encode()
    assert refusal(app(mode="plain"), signed(), bomb) == "doctype"


def test_a_captured_signature_of_plain_mode_carries_no_other_body() -> None:
    account, query = app(mode="plain"), signed()
    assert callbacks.open_post(account, query, PLAIN.encode())
    assert callbacks.open_post(account, query, PLAIN.encode()), "WeChat's own repetition"
    assert refusal(account, query, PLAIN.replace("您好", "退订").encode()) == "signature"
    check = {**signed(nonce="n2"), "echostr": "42"}
    assert callbacks.answer_check(account, check) == b"42"
    assert refusal(account, check, PLAIN.encode()) == "signature", "the address check's signature, captured"


def test_remembered_signatures_are_forgotten_when_they_are_stale_anyway() -> None:
    for n in range(10):
        replaying.demand_once(f"s{n}", b"a", NOW)
    replaying.demand_once("late", b"a", NOW + replaying.REMEMBERED_S + 1)
    assert list(replaying._seen) == ["late"]


def test_an_account_without_a_token_or_key_takes_nothing() -> None:
    unsigned = {"timestamp": str(NOW), "nonce": "n", "signature": envelope.sign("", str(NOW), "n")}
    assert refusal(replace(app(mode="plain"), token=""), unsigned, PLAIN.encode()) == "not_configured"
    assert refusal(app(keys=()), signed("AAAA"), b"<xml><Encrypt>AAAA</Encrypt></xml>") == "not_configured"
    with pytest.raises(BadCallback, match="not_configured"):
        callbacks.answer_check(replace(app(), token=""), {**unsigned, "echostr": "1"})


def test_in_compatible_mode_the_sealed_part_is_the_truth() -> None:
    sealed = envelope.seal(PLAIN.encode(), AES_KEY, "wx1")
    lie = XML.format(said="退订")
    for mode in ("compatible", "safe", "plain"):
        opened = callbacks.open_post(app(mode=mode), signed(sealed), compatible(lie, sealed))
        assert bodies.read(opened)["Content"] == "您好"
    as_json = json.dumps({**json.loads(AS_JSON), "Content": "退订", "Encrypt": sealed}).encode()
    assert callbacks.open_post(app(mode="compatible"), signed(sealed), as_json) == PLAIN.encode()


@pytest.mark.parametrize(
    "said", ["<Encrypt>AAAA</Encrypt>", "<Encrypt><![CDATA[AAAA", "</Content><Encrypt>AAAA</Encrypt>"]
)
def test_in_compatible_mode_a_client_may_write_the_name_of_the_sealed_part(said: str) -> None:
    plain = XML.format(said=said)
    sealed = envelope.seal(plain.encode(), AES_KEY, "wx1")
    opened = callbacks.open_post(app(mode="compatible"), signed(sealed), compatible(plain, sealed))
    assert bodies.read(opened)["Content"] == said


def test_in_plain_mode_a_client_may_write_it_too() -> None:
    plain = XML.format(said="<Encrypt>AAAA</Encrypt>").encode()
    assert callbacks.open_post(app(mode="plain"), signed(), plain) == plain


@pytest.mark.parametrize("side", ["official_account", "wecom"])
@pytest.mark.parametrize("outer", ["xml", "json", "lower"])
@pytest.mark.parametrize("inner", [PLAIN, AS_JSON], ids=["xml", "json"])
def test_both_platforms_speak_xml_and_json(side: str, outer: str, inner: str) -> None:
    sealed = envelope.seal(inner.encode(), AES_KEY, "wx1")
    body = {
        "xml": f"<xml><ToUserName>x</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>",
        "json": json.dumps({"ToUserName": "x", "Encrypt": sealed}),
        "lower": json.dumps({"tousername": "x", "encrypt": sealed, "agentid": "1"}, indent=1),
    }[outer]
    opened = callbacks.open_post(app(side), signed(sealed), body.encode())
    assert bodies.read(opened)["Content"] == "您好"
    assert bodies.read(opened)["CreateTime"] == str(NOW)


@pytest.mark.parametrize("side", ["official_account", "wecom"])
def test_during_a_change_of_key_both_keys_open_and_afterwards_one(side: str) -> None:
    both, after = app(side, keys=(AES_KEY, OLD_KEY)), app(side)
    for key in (AES_KEY, OLD_KEY):
        sealed = envelope.seal(PLAIN.encode(), key, "wx1")
        body = f"<xml><Encrypt>{sealed}</Encrypt></xml>".encode()
        assert callbacks.open_post(both, signed(sealed), body) == PLAIN.encode()
    assert refusal(after, signed(sealed), body) == "ciphertext"
    other = envelope.seal(PLAIN.encode(), "Z" * 42 + "A", "wx1")
    assert refusal(both, signed(other), f"<xml><Encrypt>{other}</Encrypt></xml>".encode()) == "ciphertext"


def test_a_callback_that_says_two_truths_is_refused() -> None:
    one, two = (envelope.seal(PLAIN.encode(), AES_KEY, "wx1") for _ in range(2))
    body = f"<xml><Encrypt>{one}</Encrypt><Encrypt>{two}</Encrypt></xml>".encode()
    for sealed in (one, two):
        assert refusal(app(), signed(sealed), body) == "malformed"
