"""Callbacks: published vectors agree, forgeries are refused, every body is understood."""

from __future__ import annotations

import base64
import contextlib
import json
import time
from collections.abc import Iterator
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
    assert isinstance(event, events.TextMessage)
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


def every_body() -> Iterator[tuple[str, str, str]]:
    for side in ("oa", "wecom"):
        for name, rest in BODIES[side].items():
            yield side, name, f"<xml>{BODIES['common'][side]}{rest}</xml>"


WORDS = {
    ("oa", "text"): events.TextMessage,
    ("oa", "text_menu_reply"): events.TextMessage,
    ("oa", "subscribe"): events.Followed,
    ("oa", "subscribe_qr"): events.Followed,
    ("oa", "unsubscribe"): events.Unfollowed,
    ("oa", "scan"): events.Scanned,
    ("oa", "scancode_waitmsg"): events.Scanned,
    ("oa", "menu_click"): events.MenuTapped,
    ("oa", "menu_view"): events.MenuTapped,
    ("oa", "view_miniprogram"): events.MenuTapped,
    **{("oa", name): events.Message for name in ("image", "voice", "video", "shortvideo", "location", "link")},
    **{("oa", f"template_finish_{how}"): events.TemplateSendFinished for how in ("ok", "block", "fail", "freq")},
    ("oa", "mass_finish"): events.MassSendFinished,
    ("oa", "mass_finish_err"): events.MassSendFinished,
    ("wecom", "add_external_contact"): events.ContactAdded,
    ("wecom", "add_external_contact_no_code"): events.ContactAdded,
    ("wecom", "add_half_external_contact"): events.ContactAdded,
    ("wecom", "edit_external_contact"): events.ContactEdited,
    ("wecom", "del_external_contact"): events.ContactLost,
    ("wecom", "del_follow_user"): events.ContactLost,
    ("wecom", "chat_create"): events.GroupCreated,
    ("wecom", "chat_dismiss"): events.GroupDismissed,
    **{("wecom", name): events.GroupChanged for name in BODIES["wecom"] if name.startswith(("chat_add", "chat_del"))},
    **{("wecom", name): events.GroupChanged for name in BODIES["wecom"] if name.startswith("chat_change")},
    **{("wecom", name): events.TagChanged for name in BODIES["wecom"] if name.startswith("tag_")},
    ("wecom", "living"): events.LivestreamChanged,
    ("wecom", "contact_delete_user"): events.StaffChanged,
}


def filled(xml: str) -> bytes:
    return xml.format(openid="oA1", ts=NOW, msgid=7_000_000_001, corpid="ww1").encode()


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_every_known_body_is_the_event_it_should_be(side: str, name: str, xml: str) -> None:
    event = callbacks.parse("official_account" if side == "oa" else "wecom", filled(xml))
    assert type(event) is WORDS.get((side, name), events.Unrecognised)
    assert event.at == datetime.fromtimestamp(NOW, UTC)


def body_named(side: str, name: str) -> Any:
    xml = f"<xml>{BODIES['common'][side]}{BODIES[side][name]}</xml>"
    return callbacks.parse("official_account" if side == "oa" else "wecom", filled(xml))


def test_what_the_events_say_is_read_right() -> None:
    added = body_named("wecom", "add_half_external_contact")
    assert (added.corp, added.userid, added.external_userid) == ("ww1", "zhang.wei", "wmA1")
    assert (added.welcome_code, added.state, added.half) == ("WC2", "branch-01", True)
    joined = body_named("wecom", "chat_add_member")
    assert joined.members == ("wmA1", "wmA2")
    assert (joined.join_scene, joined.last_mem_ver, joined.cur_mem_ver) == (3, "v1", "v2")
    assert body_named("wecom", "chat_add_member_one").members == ("wmA3",)
    assert body_named("wecom", "chat_add_member_legacy").members == ("wmA3", "wmA4")
    assert body_named("wecom", "del_follow_user").by_client
    assert body_named("wecom", "del_external_contact").source == "DELETE_BY_TRANSFER"
    assert body_named("wecom", "living").status == "live"
    assert body_named("wecom", "contact_delete_user").change == "deleted"
    assert body_named("oa", "subscribe_qr").scene == "salon2026"
    assert body_named("oa", "scancode_waitmsg").result == "EVT:42"
    assert body_named("oa", "text_menu_reply").choice_id == "101"
    assert body_named("oa", "voice").text == "查询积分"
    outcomes = [body_named("oa", f"template_finish_{how}").outcome for how in ("ok", "block", "fail", "freq")]
    assert outcomes == ["delivered", "blocked", "failed", "too_often"]
    mass = body_named("oa", "mass_finish")
    assert (mass.is_sent, mass.total, mass.sent, mass.failed) == (True, 100, 75, 5)
    assert body_named("oa", "mass_finish_err").error == 30003


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_the_fast_reading_agrees_with_the_parser(side: str, name: str, xml: str) -> None:
    raw = filled(xml)
    flat = bodies._read_flat(raw.decode())
    assert flat is None or flat == bodies._read_nested(raw)


def test_a_client_may_write_anything_in_a_message() -> None:
    for text in ("<!DOCTYPE html>", "<!ENTITY x>", "a<b>&amp;c", "</Content><Content>", '{"a": 1}', ""):
        head = "<MsgType>text</MsgType><FromUserName>o</FromUserName><MsgId>1</MsgId>"
        xml = f"<xml>{head}<Content><![CDATA[{text}]]></Content></xml>"
        event = callbacks.parse("official_account", xml.encode())
        assert isinstance(event, events.TextMessage)
        assert event.text == text


def test_entities_and_externals_are_not_resolved() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
    for raw in (bomb, b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>'):
        with pytest.raises(BadCallback, match="doctype"):
            bodies.read(raw)


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


def test_a_digest_tells_bodies_apart_that_the_platforms_own_rule_confuses() -> None:
    one = filled(f"<xml>{BODIES['common']['wecom']}{BODIES['wecom']['del_follow_user']}</xml>")
    assert callbacks.digest(one) == callbacks.digest(bytes(one))
    assert callbacks.digest(one) != callbacks.digest(one.replace(b"wmA1", b"wmA2"))
    assert len(callbacks.digest(one)) == 64


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
