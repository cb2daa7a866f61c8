"""The intake: stored once and then answered; whatever is not from WeChat or not for us leaves only a count."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from kernel import database, settings
from tests.waiting import until
from tests.webhooks.calling import Caller, account, corp
from webhooks.models import Callback, RefusedCall
from wechat.sandbox.callbacks import wrapping
from wechat.sandbox.callbacks.wrapping import Flaws

TEXT = "<xml><ToUserName>gh</ToUserName><FromUserName>o1</FromUserName><CreateTime>{at}</CreateTime>{rest}</xml>"
HELLO = TEXT.format(
    at=1790000000, rest="<MsgType>text</MsgType><Content><![CDATA[我的手机13812345678]]></Content><MsgId>1</MsgId>"
)


async def refused(reason: str) -> int:
    """How many calls were refused for this reason, once the counters are written."""
    await until(lambda: RefusedCall.filter(reason=reason).exists())
    return (await RefusedCall.get(reason=reason)).count


async def test_the_address_check_of_both_sides_is_answered_byte_for_byte(wechat: Caller) -> None:
    for receiver in (account(), corp()):
        query, expected = wrapping.url_check(receiver)
        path = "/callbacks/official_account" if receiver.side == "oa" else "/callbacks/wecom"
        assert await wechat.send("GET", path, query) == (200, expected.encode())
        query["nonce"] = "1"
        assert (await wechat.send("GET", path, query))[0] == 403


async def test_the_official_account_hears_success_and_wecom_nothing(wechat: Caller) -> None:
    assert await wechat.account_event("o1", Event="CLICK", EventKey="menu") == (200, b"success")
    assert await wechat.corp_event(Event="change_external_chat", ChangeType="create", ChatId="wr1") == (200, b"")
    kinds = await Callback.all().order_by("id").values_list("kind", "side", "state")
    assert kinds == [
        ("menu_tapped", "official_account", "received"),
        ("group_created", "wecom", "received"),
    ]


async def test_everything_else_goes_to_the_application_behind(wechat: Caller) -> None:
    assert (await wechat.send("GET", "/console"))[0] == 418
    assert (await wechat.send("POST", "/callbacks"))[0] == 418
    assert (await wechat.send("PUT", "/callbacks/wecom"))[0] == 405


async def test_the_same_callback_three_times_and_twice_in_parallel_is_one_row(wechat: Caller) -> None:
    for _ in range(3):
        assert (await wechat.tell(account(), HELLO))[0] == 200
    await asyncio.gather(wechat.tell(account(), HELLO), wechat.tell(account(), HELLO))
    stored = await Callback.all()
    assert len(stored) == 1
    assert stored[0].copies == 5


async def test_many_callbacks_share_few_commits(wechat: Caller) -> None:
    statements = "SELECT count(DISTINCT xmin::text) AS commits, count(*) AS rows FROM callback"
    answers = await asyncio.gather(*(wechat.account_event(f"o{n}", Event="CLICK", EventKey="menu") for n in range(150)))
    assert all(answer == (200, b"success") for answer in answers)
    row = await database.fetch_one(statements)
    assert row is not None
    assert row["rows"] == 150
    assert row["commits"] < 15


async def test_a_body_at_rest_is_sealed(wechat: Caller) -> None:
    await wechat.tell(account(), HELLO)
    text = str(await database.fetch("SELECT callback::text AS row FROM callback"))
    assert "13812345678" not in text
    assert "手机" not in text


@pytest.mark.parametrize(
    ("flaws", "reason"),
    [
        (Flaws(signature=True), "signature"),
        (Flaws(timestamp=True), "stale"),
        (Flaws(receiver=True), "receiver"),
    ],
)
@pytest.mark.parametrize("side", ["oa", "wecom"])
async def test_forged_stale_and_foreign_calls_leave_only_a_count(
    wechat: Caller, flaws: Flaws, reason: str, side: str
) -> None:
    receiver = account() if side == "oa" else corp()
    for _ in range(2):
        assert (await wechat.tell(receiver, HELLO, flaws))[0] == 403
    assert await refused(reason) == 2
    assert await Callback.all().count() == 0


async def test_broken_bodies_leave_only_a_count_and_never_an_error_of_ours(wechat: Caller) -> None:
    now = str(int(time.time()))
    query, sealed = wrapping.wrap(corp(), HELLO, "", time.time())
    path = "/callbacks/wecom"
    half = json.dumps({"ToUserName": "x", "Encrypt": "abc"})[:-5]
    bodies: list[tuple[bytes, int]] = [
        (HELLO.encode(), 400),
        (b"x" * 1_000_000, 413),
        (sealed.encode() + b" " * 1_100_000, 413),
        (b'<!DOCTYPE xml [<!ENTITY a "b">]>' + sealed.encode(), 400),
        (half.encode(), 400),
        (b"{}", 400),
        (b"", 400),
        (b"\xff\xfe\x00", 400),
        (b"<xml><Encrypt>AAAA</Encrypt></xml>", 403),
        (b"<xml>" * 50, 400),
    ]
    for body, status in bodies:
        assert (await wechat.send("POST", path, query, body))[0] == status, body[:60]
    for text in ("", "msg_signature=%ff&timestamp=x&nonce=%00", "&" * 500, f"timestamp={now}", "a=b" * 30):
        assert 400 <= (await wechat.send("POST", path, text, sealed.encode()))[0] < 500
    await until(lambda: RefusedCall.all().count())
    assert await Callback.all().count() == 0


async def test_a_doctype_and_half_a_json_inside_the_seal_are_refused_too(wechat: Caller) -> None:
    for plaintext in ('<!DOCTYPE xml [<!ENTITY a "b">]>' + HELLO, '{"MsgType": "te', "no form at all", "\x00"):
        assert (await wechat.tell(corp(), plaintext))[0] == 400
    assert await Callback.all().count() == 0


async def test_an_oversized_seal_is_refused_by_its_size(wechat: Caller) -> None:
    assert (await wechat.tell(corp(), HELLO.replace("13812345678", "9" * 1_000_000)))[0] == 413
    assert await refused("size") == 1


async def test_without_keys_the_address_does_not_exist(wechat: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    query, body = wrapping.wrap(account(), HELLO, "", time.time())
    monkeypatch.setenv("HUILIU_OA_TOKEN", "")
    settings.forget()
    try:
        assert (await wechat.send("POST", "/callbacks/official_account", query, body.encode()))[0] == 404
    finally:
        monkeypatch.undo()
        settings.forget()


async def test_when_it_cannot_be_stored_it_is_not_accepted(wechat: Caller) -> None:
    await database.execute_script("ALTER TABLE callback RENAME TO callback_away")
    try:
        assert (await wechat.tell(account(), HELLO))[0] == 503
    finally:
        await database.execute_script("ALTER TABLE callback_away RENAME TO callback")
    assert (await wechat.tell(account(), HELLO))[0] == 200


async def test_what_nobody_has_a_word_for_is_kept_and_named(wechat: Caller) -> None:
    await wechat.corp_event(Event="sandbox_future<event>", ChangeType="x y")
    assert (await Callback.get()).kind == "?event.sandbox_future_event_.x_y"


async def test_what_a_call_names_itself_is_kept_without_numbers_and_names(wechat: Caller) -> None:
    await wechat.corp_event(Event="call_13800138000", ChangeType="欧阳修文")
    assert (await Callback.get()).kind == "?event.call__._"


async def test_a_contact_with_a_welcome_code_takes_the_urgent_lane(wechat: Caller) -> None:
    event = {"Event": "change_external_contact", "ChangeType": "add_external_contact", "UserID": "zhang.wei"}
    await wechat.corp_event(**event, ExternalUserID="wm1", WelcomeCode="CODE")
    await wechat.corp_event(**event, ExternalUserID="wm2")
    assert await Callback.all().order_by("id").values_list("lane", flat=True) == ["urgent", "callbacks"]
