"""Every body that WeChat sends is the event it should be, read the same way by both readers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from wechat import bodies, callbacks, events
from wechat.callbacks import BadCallback

DATA = Path(__file__).parent / "data"
BODIES = json.loads((DATA / "events.json").read_text(encoding="utf-8"))
NOW = 1_790_000_000


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
    ("wecom", "transfer_fail"): events.TransferFailed,
    ("wecom", "customer_acquisition"): events.AcquisitionChanged,
    ("oa", "report_location"): events.LocationReported,
    ("oa", "sub_popup_one"): events.SubscriptionAnswered,
    ("oa", "sub_popup_two"): events.SubscriptionAnswered,
    ("oa", "sub_change"): events.SubscriptionChanged,
    ("oa", "sub_sent"): events.SubscriptionNoticeSent,
    ("oa", "user_authorization_revoke"): events.AuthorizationRevoked,
}


def filled(xml: str) -> bytes:
    return xml.format(openid="oA1", ts=NOW, msgid=7_000_000_001, corpid="ww1").encode()


@pytest.mark.parametrize(("side", "name", "xml"), list(every_body()))
def test_every_known_body_is_the_event_it_should_be(side: str, name: str, xml: str) -> None:
    event = callbacks.parse("official_account" if side == "oa" else "wecom", filled(xml))
    assert type(event) is WORDS[side, name]
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
        head = "<MsgType>text</MsgType><FromUserName>o</FromUserName><MsgId>1</MsgId><CreateTime>1</CreateTime>"
        xml = f"<xml>{head}<Content><![CDATA[{text}]]></Content></xml>"
        event = callbacks.parse("official_account", xml.encode())
        assert isinstance(event, events.TextMessage)
        assert event.text == text


def test_entities_and_externals_are_not_resolved() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><xml><Content>&b;</Content></xml>'
    for raw in (bomb, b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml><a>1</a></xml>'):
        with pytest.raises(BadCallback, match="doctype"):
            bodies.read(raw)


def test_a_digest_tells_bodies_apart_that_the_platforms_own_rule_confuses() -> None:
    one = filled(f"<xml>{BODIES['common']['wecom']}{BODIES['wecom']['del_follow_user']}</xml>")
    assert callbacks.digest(one) == callbacks.digest(bytes(one))
    assert callbacks.digest(one) != callbacks.digest(one.replace(b"wmA1", b"wmA2"))
    assert len(callbacks.digest(one)) == 64
