"""Callbacks: published vectors agree, forgeries are refused, every body is understood."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wechatpy.crypto import WeChatCrypto
from wechatpy.work.crypto import WeChatCrypto as WorkCrypto

from kernel import clock
from wechat import bodies, callbacks, envelope, events
from wechat.callbacks import BadCallback, Keys

DATA = Path(__file__).parent / "data"
VECTORS = json.loads((DATA / "vectors.json").read_text(encoding="utf-8"))
BODIES = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
NAMED = {vector["name"]: vector for vector in VECTORS["vectors"]}
POSTS = [vector for vector in VECTORS["vectors"] if vector["kind"] == "callback_post"]
CHECKS = [vector for vector in VECTORS["vectors"] if vector["kind"] == "verify_url"]
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = 1_790_000_000
OURS = Keys("wecom", "ww1", "our-token", (AES_KEY,))


def keys_for(vector: dict[str, Any]) -> Keys:
    return Keys(vector["side"], vector["receive_id"], vector["token"], (vector["aes_key"],))


def query_of(vector: dict[str, Any]) -> dict[str, str]:
    return {name: vector[name] for name in ("msg_signature", "timestamp", "nonce")}


def outer(sealed: str) -> bytes:
    return f"<xml><ToUserName><![CDATA[x]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def at(timestamp: str | int) -> Any:
    return clock.frozen(datetime.fromtimestamp(int(timestamp), UTC))


def sealed_post(plain: str, keys: Keys = OURS, timestamp: int = NOW) -> tuple[dict[str, str], bytes]:
    """A callback sealed by wechatpy, so that our opening meets an independent sealing."""
    crypto = WorkCrypto(keys.token, keys.aes_keys[0], keys.receive_id)
    xml = crypto.encrypt_message(plain, "n1", str(timestamp))
    sealed = xml.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    return resigned(sealed, keys, timestamp), outer(sealed)


def resigned(sealed: str, keys: Keys = OURS, timestamp: int = NOW) -> dict[str, str]:
    signature = envelope.sign(keys.token, str(timestamp), "n1", sealed)
    return {"msg_signature": signature, "timestamp": str(timestamp), "nonce": "n1"}


def refusal(keys: Keys, query: dict[str, str], body: bytes) -> str:
    with pytest.raises(BadCallback) as caught:
        callbacks.open_post(keys, query, body)
    return caught.value.reason


@pytest.mark.parametrize("vector", POSTS, ids=lambda vector: vector["name"])
def test_published_callbacks_open_to_the_published_text(vector: dict[str, Any]) -> None:
    with at(vector["timestamp"]):
        plain = callbacks.open_post(keys_for(vector), query_of(vector), outer(vector["encrypt"]))
    assert plain.decode() == vector["plaintext"]
    event = callbacks.parse(vector["side"], plain)
    assert isinstance(event, events.TextMessage | events.StaffMessage)
    assert {name: event.fields[name] for name in vector["expect_fields"]} == vector["expect_fields"]


@pytest.mark.parametrize("vector", CHECKS, ids=lambda vector: vector["name"])
def test_published_address_checks_are_answered_with_the_text_inside(vector: dict[str, Any]) -> None:
    query = {**query_of(vector), "echostr": vector["encrypt"]}
    with at(vector["timestamp"]):
        assert callbacks.answer_check(keys_for(vector), query).decode() == vector["plaintext"]


def test_the_published_sealing_with_known_randomness_opens() -> None:
    vector = NAMED["oa_wxjava_fixed_random_1"]
    assert envelope.unseal(vector["encrypt"], vector["aes_key"], vector["receive_id"]).decode() == vector["plaintext"]


def test_the_published_page_signature_agrees() -> None:
    vector = NAMED["jssdk_easywechat"]
    signed = envelope.sign_page(vector["ticket"], vector["nonce"], int(vector["timestamp"]), vector["url"] + "#part")
    assert signed == vector["signature"]


@pytest.mark.parametrize("negative", VECTORS["negatives"], ids=lambda negative: negative["name"])
def test_published_negatives_are_refused(negative: dict[str, Any]) -> None:
    # the file names a base that it does not hold; any WeCom callback shows the same
    vector = NAMED.get(negative["base"] or "", NAMED["wecom_wechatpy_text"])
    keys, query, sealed = keys_for(vector), query_of(vector), vector["encrypt"]
    expected = {
        "neg_wrong_signature": "signature",
        "neg_wrong_receive_id": "receiver",
        "neg_truncated_cipher": "ciphertext",
        "neg_not_block_multiple": "ciphertext",
    }[negative["name"]]
    change = negative["change"]
    if "receive_id" in change:
        keys = Keys(keys.side, change["receive_id"], keys.token, keys.aes_keys)
    if "encrypt" in change:
        whole = base64.b64decode(sealed)[:-32]
        sealed = change["encrypt"] if change["encrypt"] == "AAAA" else base64.b64encode(whole).decode()
        query = {**query, **resigned(sealed, keys, int(query["timestamp"]))}
    query["msg_signature"] = change.get("msg_signature", query["msg_signature"])
    with at(vector["timestamp"]):
        assert refusal(keys, query, outer(sealed)) == expected


@given(st.text(max_size=300), st.sampled_from(["ww1", "wxb11529c136998cb6", ""]))
def test_what_wechatpy_seals_we_open_whatever_it_says(plain: str, receive_id: str) -> None:
    plain = plain.encode("utf-8", "ignore").decode()
    keys = Keys("official_account", receive_id, "our-token", (AES_KEY,))
    sealed = WeChatCrypto(keys.token, AES_KEY, receive_id).encrypt_message(plain, "n1", str(NOW))
    part = sealed.split("<Encrypt><![CDATA[")[1].split("]]>")[0]
    with at(NOW):
        assert callbacks.open_post(keys, resigned(part, keys), outer(part)).decode() == plain


def test_the_key_before_a_change_still_opens() -> None:
    query, body = sealed_post("<xml></xml>")
    with at(NOW):
        assert callbacks.open_post(Keys("wecom", "ww1", "our-token", ("Z" * 42 + "A", AES_KEY)), query, body)


@pytest.mark.parametrize("drift", [-601, 601, 86_400])
def test_a_signed_callback_from_another_hour_is_stale(drift: int) -> None:
    query, body = sealed_post("<xml><a>1</a></xml>", timestamp=NOW + drift)
    with at(NOW):
        assert refusal(OURS, query, body) == "stale"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<xml><MsgType>text</MsgType><Content>plain</Content></xml>", "plain_refused"),
        (b'{"MsgType": "text"}', "plain_refused"),
        (b'{"MsgType": "te', "malformed"),
        (b"", "malformed"),
        (b"<xml>", "malformed"),
        (b"\xff\xfe", "malformed"),
        (b"<" * 70_000, "size"),
        (b"<xml>" + b"x" * 1_000_000 + b"</xml>", "size"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>AAAA</Encrypt></xml>', "doctype"),
        (b"<a>" * 3000 + b"</a>" * 3000, "malformed"),
    ],
)
def test_bodies_that_are_no_callbacks_are_refused(body: bytes, reason: str) -> None:
    with at(NOW):
        assert refusal(OURS, resigned("AAAA"), body) == reason


def test_a_sealed_json_body_opens_like_xml() -> None:
    query, body = sealed_post('{"ToUserName": "ww1", "MsgType": "event", "Event": "subscribe"}')
    sealed = body.split(b"<Encrypt><![CDATA[")[1].split(b"]]>")[0].decode()
    with at(NOW):
        plain = callbacks.open_post(OURS, query, json.dumps({"Encrypt": sealed}).encode())
    assert bodies.read(plain)["Event"] == "subscribe"


def test_without_keys_nothing_is_accepted(monkeypatch: pytest.MonkeyPatch, no_wechat_settings: None) -> None:
    with pytest.raises(BadCallback, match="not_configured"):
        callbacks.keys_of("wecom")


def test_the_official_account_check_answers_the_echo_and_refuses_a_wrong_signature() -> None:
    keys = Keys("official_account", "wx1", "our-token", (AES_KEY,))
    query = {
        "signature": envelope.sign("our-token", str(NOW), "n"),
        "timestamp": str(NOW),
        "nonce": "n",
        "echostr": "42",
    }
    with at(NOW):
        assert callbacks.answer_check(keys, query) == b"42"
        with pytest.raises(BadCallback, match="signature"):
            callbacks.answer_check(keys, {**query, "nonce": "m"})


@pytest.mark.parametrize(
    "raw",
    [
        b"<Encrypt>" + b" " * 65_000,
        (b"<Encrypt>" + b" " * 300) * 200,
        b"<Encrypt>" * 7_000,
        b"<Encrypt>" + b"A" * 65_000,
        b"<!DOCTYPE" + b"<![CDATA[x" * 6_500,
        b"<![CDATA[x" * 6_500 + b"<!DOCTYPE",
        b"<xml><a>" + b"<![CDATA[x" * 6_500 + b"</a></xml>",
        b"<!" * 32_000 + b"entity",
        b"<!" + b" " * 65_000,
        b"<a " * 21_000,
        b"<xml><a>" + b"<" * 65_000,
        b"<xml>" + b" " * 65_000,
        b"<xml>" + b"<a></a>" * 9_000 + b"</xml>",
        b"{" * 65_000,
        b"[" * 65_000,
    ],
    ids=lambda raw: raw[:16].decode(),
)
def test_no_body_that_fits_can_keep_us_busy(raw: bytes) -> None:
    began = time.process_time()
    with pytest.raises(BadCallback):
        callbacks.open_post(OURS, resigned("AAAA"), raw)
    with contextlib.suppress(BadCallback):
        callbacks.parse("wecom", raw)
    assert time.process_time() - began < 0.25


def test_too_deep_a_body_is_malformed() -> None:
    for raw in (b"<a>" * 21 + b"</a>" * 21, b'{"a":' * 21 + b"1" + b"}" * 21, b'{"a":' + b"[" * 50_000):
        with pytest.raises(BadCallback, match="malformed"):
            bodies.read(raw)


anything = st.one_of(
    st.binary(max_size=400),
    st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=120).map(lambda raw: b"<xml><Encrypt>" + base64.b64encode(raw) + b"</Encrypt></xml>"),
    st.text(alphabet='<>/xml![]CDATA&;"{}:, abEncryptMsgType01', max_size=200).map(str.encode),
)


@given(
    anything,
    st.dictionaries(st.sampled_from(["msg_signature", "timestamp", "nonce", "echostr", "signature"]), st.text()),
)
def test_whatever_arrives_is_refused_in_one_way_only(body: bytes, query: dict[str, str]) -> None:
    for attempt in (
        lambda: callbacks.open_post(OURS, query, body),
        lambda: callbacks.answer_check(OURS, query),
        lambda: callbacks.answer_check(Keys("official_account", "wx1", "t", (AES_KEY,)), query),
    ):
        with pytest.raises(BadCallback):
            attempt()


@given(st.binary(max_size=160))
def test_signed_rubbish_is_refused_in_one_way_only(raw: bytes) -> None:
    sealed = base64.b64encode(raw).decode() or "AAAA"
    with at(NOW), pytest.raises(BadCallback):
        callbacks.open_post(OURS, resigned(sealed), outer(sealed))


@given(anything)
def test_an_opened_body_becomes_an_event_or_is_refused(raw: bytes) -> None:
    for side in ("official_account", "wecom"):
        try:
            event = callbacks.parse(side, raw)  # type: ignore[arg-type]
        except BadCallback:
            continue
        assert isinstance(event, events.Event)
