"""Events beside the everyday ones: subscription credits, places, authorisations, transfers, tags, links, cards."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from community.clients import consent, contacts, identities, library, locations, subscriptions, transfers
from community.clients.mirror_models import CorpTag, SubscriptionCredit, Transfer
from community.clients.models import Client, Contact, Fan, TimelineEntry
from community.reconciling.models import ReconcileRun
from community.sending.models import MassJob, Send
from kernel import clock
from staff.models import Staff
from tests.webhooks.calling import Caller
from webhooks import tasks
from webhooks.models import Callback
from wechat.shapes import CorpTag as LibraryTag

CORP, ACCOUNT = "wwtest0000000001", "wxtest0000000001"
NOW = int(time.time())


async def handle(order: int = 1) -> None:
    """All that waits, oldest first (-1: newest first), each by itself."""
    ids = await Callback.filter(state="received").order_by("id").values_list("id", flat=True)
    for one in list(ids)[::order]:
        await tasks.handle_callbacks.now([one])  # type: ignore[list-item]
    assert await Callback.exclude(state="handled").count() == 0


def asked(kind: str, *answers: tuple[str, str]) -> dict[str, Any]:
    body = [{"TemplateId": template, "SubscribeStatusString": said} for template, said in answers]
    name = {"popup": "SubscribeMsgPopupEvent", "change": "SubscribeMsgChangeEvent"}[kind]
    return {"Event": f"subscribe_msg_{kind}_event", name: {"List": body}}


async def credit(template: str = "T1") -> tuple[int, bool]:
    found = await SubscriptionCredit.get(template_id=template)
    return found.credits, found.refused


@pytest.mark.parametrize("order", [1, -1])
async def test_credits_come_out_the_same_in_whatever_order_the_news_arrives(wechat: Caller, order: int) -> None:
    await Fan.create(client_id=(await Client.create()).id, appid=ACCOUNT, openid="o1")
    await wechat.account_event("o1", NOW - 50, **asked("popup", ("T1", "accept"), ("T2", "reject")))
    await wechat.account_event("o1", NOW - 40, **asked("popup", ("T1", "reject")))
    await wechat.account_event("o1", NOW - 30, **asked("popup", ("T1", "accept")))
    await wechat.account_event("o1", NOW - 20, **asked("popup", ("T1", "accept")))
    sent = {"TemplateId": "T1", "MsgID": "77", "ErrorCode": 0, "ErrorStatus": "success"}
    await wechat.account_event("o1", NOW - 10, Event="subscribe_msg_sent_event", SubscribeMsgSentEvent={"List": [sent]})
    await handle(order)
    assert await credit() == (1, False)
    assert await credit("T2") == (0, True)
    assert not await subscriptions.sent(ACCOUNT, "o1", "T1", "77", clock.now()), "the receipt has told of it"
    assert await subscriptions.left(ACCOUNT, "o1", "T1") == 1
    await wechat.account_event("o1", NOW, **asked("change", ("T1", "reject")))
    await handle()
    assert await credit() == (0, True)


async def test_43101_empties_a_credit(wechat: Caller) -> None:
    await wechat.account_event("o1", NOW - 9, **asked("popup", ("T1", "accept")))
    await wechat.account_event("o1", NOW - 8, **asked("popup", ("T1", "accept")))
    await handle()
    assert await credit() == (2, False)
    assert await subscriptions.emptied(ACCOUNT, "o1", "T1", clock.now(), "send-5")
    assert not await subscriptions.emptied(ACCOUNT, "o1", "T1", clock.now(), "send-5")
    assert await credit() == (0, False)
    fan = await Fan.get(openid="o1")
    assert not fan.subscribed, "an answer is no following"


async def test_a_place_is_kept_with_consent_only_and_goes_with_the_authorisation(wechat: Caller) -> None:
    client = await identities.find_or_create("openid", ACCOUNT, "o1", source="x")
    await Fan.create(client_id=client.id, appid=ACCOUNT, openid="o1")
    here = {"Event": "LOCATION", "Latitude": "31.2345", "Longitude": "121.4789", "Precision": "30"}
    await wechat.account_event("o1", NOW - 9, **here)
    await handle()
    assert (await Fan.get()).location_sealed is None
    await consent.grant([client.id], "form", purpose=locations.PURPOSE)
    await wechat.account_event("o1", NOW - 8, **here)
    await handle()
    fan = await Fan.get()
    assert fan.location_sealed is not None
    assert b"31.23" not in fan.location_sealed
    revoked = {"OpenID": "o1", "AppID": ACCOUNT, "RevokeInfo": "206"}
    await wechat.account_event("o1", NOW - 7, Event="user_authorization_revoke", **revoked)
    await handle()
    assert (await Fan.get()).location_sealed is None
    assert await TimelineEntry.filter(kind="fan.authorization_revoked").count() == 1
    await consent.withdraw([client.id], "form", purpose=locations.PURPOSE)
    assert await locations.forget_unagreed() == 0


async def test_a_mass_sends_end_is_in_the_ledger_once(wechat: Caller) -> None:
    send = await Send.create(
        key="m1",
        purpose="marketing",
        channel="oa_mass",
        recipient="all",
        msgid="99",
        state="accepted",
        due_at=clock.now(),
    )
    told = {"Event": "MASSSENDJOBFINISH", "MsgID": "99", "Status": "send success", "TotalCount": 100, "FilterCount": 80}
    await wechat.account_event("o1", NOW, **told, SentCount=75, ErrorCount=5)
    await handle()
    job = await MassJob.get()
    assert (job.appid, job.msgid, job.is_sent, job.total, job.filtered, job.sent, job.failed) == (
        ACCOUNT, "99", True, 100, 80, 75, 5
    )  # fmt: skip
    assert (await Send.get(id=send.id)).state == "delivered"
    await wechat.account_event("o1", NOW + 1, Event="MASSSENDJOBFINISH", MsgID="100", Status="err(30003)")
    await handle()
    assert (await MassJob.get(msgid="100")).error == 30003


async def test_a_deleted_group_of_tags_takes_its_tags_along(wechat: Caller, db: None) -> None:
    listed = [LibraryTag(f"et{n}", f"标签{n}", "eg1" if n < 3 else "eg2", "组") for n in range(4)]
    await library.take(CORP, listed)
    gone = {"Event": "change_external_tag", "ChangeType": "delete"}
    await wechat.corp_event(NOW, **gone, Id="eg1", TagType="tag_group")
    await handle()
    assert [one.wecom_id for one in await CorpTag.filter(deleted_at=None)] == ["et3"]
    assert await CorpTag.filter(deleted_how="told").count() == 3


async def test_a_refused_transfer_is_noted_once(wechat: Caller, db: None) -> None:
    client = await identities.find_or_create("external_id", CORP, "wm1", source="x")
    contact = await contacts.added(client.id, CORP, "zhang.wei", "wm1", clock.now() - timedelta(days=1))
    assert await transfers.note_asked([contact.id], "li.na", has_left=False, by_id=None) == [contact.id]
    assert await transfers.note_asked([contact.id], "li.na", has_left=False, by_id=None) == []
    failed = {"Event": "change_external_contact", "ChangeType": "transfer_fail", "FailReason": "customer_refused"}
    for at in (NOW, NOW + 1):
        await wechat.corp_event(at, **failed, UserID="li.na", ExternalUserID="wm1")
    await handle()
    assert (await Transfer.get()).state == "refused"
    assert await TimelineEntry.filter(kind="contact.transfer_failed").count() == 1


async def test_links_cards_and_departments_leave_their_traces(wechat: Caller, db: None) -> None:
    client = await identities.find_or_create("external_id", CORP, "wm1", source="x")
    await Staff.create(login="a", name="张伟", role="director", wecom_userid="zhang.wei")
    opened = {"Event": "customer_acquisition", "ChangeType": "customer_start_chat", "LinkId": "l1"}
    await wechat.corp_event(NOW, **opened, UserID="zhang.wei", ExternalUserID="wm1")
    card = {"Event": "template_card_event", "TaskId": f"client-{client.id}-1", "EventKey": "done", "ResponseCode": "r"}
    await wechat.corp_event(NOW, **card, FromUserName="zhang.wei", CardType="button_interaction", AgentID=1000002)
    await wechat.corp_event(NOW, Event="change_contact", ChangeType="create_party", Id="7", Name="部门", ParentId="1")
    await handle()
    kinds = {one.kind for one in await TimelineEntry.all()}
    assert {"acquisition.opened", "card.answered"} <= kinds
    assert await ReconcileRun.all().count() == 0, "the pass is begun by its task, not inside the callback"


async def test_who_joins_wecom_after_their_contacts_were_read_owns_them(wechat: Caller, db: None) -> None:
    client = await identities.find_or_create("external_id", CORP, "wm1", source="x")
    await contacts.added(client.id, CORP, "late.one", "wm1", clock.now())
    person = await Staff.create(login="late", name="晚", role="director", wecom_userid="late.one")
    await wechat.corp_event(NOW, Event="change_contact", ChangeType="create_user", UserID="late.one", Name="晚")
    await handle()
    assert (await Contact.get()).staff_id == person.id
