"""What the official account tells us becomes clients, timelines, windows and answers."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from community.clients import consent, identities, timeline
from community.clients.models import Client, Fan
from community.conversations import answering, inbound
from community.conversations.models import Inbound
from community.sending import ledger
from community.sending.models import Send
from kernel import database, settings
from staff.models import Staff
from tests.webhooks.calling import Caller
from webhooks import tasks
from webhooks.models import Callback


async def handle_all() -> None:
    """Handle everything stored."""
    await tasks.handle_callbacks.now(await Callback.all().order_by("id").values_list("id", flat=True))  # type: ignore[arg-type]
    assert await Callback.exclude(state="handled").count() == 0


async def text(wechat: Caller, openid: str, words: str, msg_id: str, at: int | None = None) -> None:
    """One text of a client, handled."""
    await wechat.account_event(openid, at, MsgType="text", Content=words, MsgId=msg_id)
    await handle_all()


async def client_of(openid: str) -> Client:
    """The client behind an openid."""
    found = await identities.client_of("openid", settings.get().oa_appid, openid)
    return await Client.get(id=found)


async def test_following_leaving_and_coming_back(wechat: Caller) -> None:
    at = int(time.time())
    await wechat.account_event("o1", at, Event="subscribe", EventKey="qrscene_branch-42", Ticket="T")
    await wechat.account_event("o1", at + 1, Event="unsubscribe", EventKey="")
    await wechat.account_event("o1", at + 2, Event="subscribe", EventKey="")
    await handle_all()
    fan = await Fan.get(openid="o1")
    assert (fan.subscribed, fan.scene, fan.window_left) == (True, "branch-42", 3)
    kinds = [entry.kind for entry in await timeline.entries(fan.client_id)]
    assert kinds == ["fan.followed", "fan.unfollowed", "fan.followed"]


async def test_a_message_is_kept_sealed_and_opens_the_window_for_48_hours(wechat: Caller) -> None:
    at = int(time.time())
    await text(wechat, "o1", "请问养老金账户怎么开？", "1", at)
    fan = await Fan.get(openid="o1")
    assert fan.window_left == 5
    assert fan.window_until is not None
    assert fan.acted_at is not None
    assert fan.window_until - fan.acted_at == timedelta(hours=48)
    assert "养老" not in str(await database.fetch("SELECT inbound::text AS row FROM inbound"))
    assert [words for _, words, _ in await inbound.newest(fan.client_id)] == ["请问养老金账户怎么开？"]
    assert await Send.all().count() == 0, "an ordinary message waits for a person"


async def test_the_same_message_with_another_body_is_still_one_message(wechat: Caller) -> None:
    await text(wechat, "o1", "退订", "1", 1790000000)
    await text(wechat, "o1", "退订", "1", 1790000001)
    assert await Inbound.all().count() == 1
    assert await Send.all().count() == 1


@pytest.mark.parametrize("words", ["退订", " TD ", "ｔｄ。", "取消订阅！"])
async def test_opting_out_holds_at_once_and_is_confirmed(wechat: Caller, words: str) -> None:
    await text(wechat, "o1", "你好", "1")
    client = await client_of("o1")
    await consent.grant([client.id], "form")
    await text(wechat, "o1", words, "2")
    client = await client_of("o1")
    assert not client.marketing_consent
    assert client.opted_out_at is not None
    send = await Send.get()
    assert (send.purpose, send.channel, send.recipient, send.client_id) == ("service", "oa_service", "o1", client.id)
    assert "已退订" in ledger.body_of(send)
    await text(wechat, "o1", "恢复订阅", "3")
    assert (await client_of("o1")).marketing_consent


@pytest.mark.parametrize("words", ["我不想退订", "退订怎么办理", "td是什么", ""])
def test_only_a_whole_message_is_an_order(words: str) -> None:
    assert answering.order_in(words) == ""


async def test_asking_for_a_person_tells_the_director_without_a_name(wechat: Caller) -> None:
    person = await Staff.create(login="a", name="张伟", role="director", wecom_userid="zhang.wei")
    await text(wechat, "o1", "你好", "1")
    client = await client_of("o1")
    await Client.filter(id=client.id).update(owner_id=person.id)
    await text(wechat, "o1", "转人工", "2")
    told = await Send.get(channel="staff_message")
    assert told.recipient == "zhang.wei"
    assert f"编号 {client.id}" in ledger.body_of(told)
    assert await Send.filter(channel="oa_service").count() == 0, "the answer to the callback has said it"


async def test_a_complaint_counts_and_the_director_hears_of_it_without_its_words(wechat: Caller) -> None:
    person = await Staff.create(login="a", name="张伟", role="director", wecom_userid="zhang.wei")
    await text(wechat, "o1", "你好", "1")
    client = await client_of("o1")
    await Client.filter(id=client.id).update(owner_id=person.id)
    await text(wechat, "o1", "天天发，我要投 诉你们！", "2")
    assert "complaint.received" in [entry.kind for entry in await timeline.entries(client.id)]
    told = ledger.body_of(await Send.get(channel="staff_message"))
    assert f"编号 {client.id}" in told
    assert "天天发" not in told


async def test_a_picture_is_kept_as_a_message(wechat: Caller) -> None:
    await wechat.account_event("o1", MsgType="image", PicUrl="http://x/y", MediaId="m", MsgId="9")
    await handle_all()
    client = await client_of("o1")
    assert [entry.detail for entry in await timeline.entries(client.id)] == [{"type": "image"}]


async def test_menu_taps_and_scans_leave_a_trace_but_no_address(wechat: Caller) -> None:
    at = int(time.time())
    await wechat.account_event("o1", at, Event="CLICK", EventKey="rights")
    await wechat.account_event("o1", at + 1, Event="VIEW", EventKey="http://x/p?personal=1")
    await wechat.account_event("o1", at + 2, Event="SCAN", EventKey="branch-42", Ticket="T")
    await handle_all()
    details = [entry.detail for entry in await timeline.entries((await client_of("o1")).id)]
    assert details == [{"scene": "branch-42"}, {"key": ""}, {"key": "rights"}]


async def test_a_receipt_ends_the_notice_it_names(wechat: Caller) -> None:
    send = await ledger.plan(
        key="notice:1", purpose="service", channel="oa_template", recipient="o1", text="到期提醒\n您的存款将于明日到期"
    )
    await Send.filter(id=send.id).update(state="accepted", msgid="77")
    await wechat.account_event("o1", Event="TEMPLATESENDJOBFINISH", MsgID="77", Status="success")
    await handle_all()
    assert (await Send.get(id=send.id)).state == "delivered"
