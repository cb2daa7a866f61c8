"""What nobody can follow yet is kept and shown without anybody's data, and followed after an update."""

from __future__ import annotations

import pytest

from kernel import settings
from staff.models import AuditEntry, Staff
from tests.webhooks.calling import Caller
from webhooks import examining, handling, quarantine, unknown
from webhooks.models import Callback
from wechat import account_events, account_recognition
from wechat.happening import Event
from wechat.reading import Body, entry

FUTURE = {"Event": "sandbox_future_event", "Telephone": "13812345678", "Person": "欧阳修文", "Status": "13812345678"}


async def handle_all() -> None:
    await handling.handle(await Callback.all().order_by("id").values_list("id", flat=True))  # type: ignore[arg-type]


async def administrator() -> Staff:
    return await Staff.create(login="ops", name="运维", role="administrator")


async def test_unknown_kinds_are_counted_and_shown_without_anybodys_data(wechat: Caller) -> None:
    await wechat.account_event("o1", 1_790_000_000, **FUTURE)
    await wechat.account_event("o1", 1_790_000_000, **FUTURE)
    await wechat.account_event("o2", 1_790_000_001, **FUTURE)
    await wechat.corp_event(Event="other_future", ChangeType="made")
    await handle_all()
    assert await Callback.filter(state="unknown").count() == 3
    other, future = await unknown.listed()
    assert (other.side, other.kind, other.callbacks) == ("wecom", "?event.other_future.made", 1)
    assert (future.kind, future.callbacks, future.deliveries) == ("?event.sandbox_future_event", 2, 3)
    assert future.app == settings.get().oa_appid
    assert future.first_at <= future.last_at
    shown = dict(future.sample)
    assert shown["Event"] == "sandbox_future_event"
    assert shown["CreateTime"] == "1790000001"
    assert shown["Telephone"] == shown["Status"] == "数字 × 11"
    assert shown["Person"] == "文字 × 4"
    assert shown["FromUserName"] == "字符 × 2"
    assert "1381" not in str(future.sample)


async def test_a_callback_that_lacks_what_it_needs_waits_in_quarantine_with_the_reason(wechat: Caller) -> None:
    await wechat.corp_event(Event="change_external_contact", ChangeType="add_external_contact", UserID="zhang.wei")
    await wechat.corp_event(Event="change_external_chat", ChangeType="create", ChatId="")
    await handle_all()
    group, contact = await quarantine.kept()
    assert (contact.kind, contact.problem) == ("contact_added", "missing ExternalUserID")
    assert (group.kind, group.problem) == ("group_created", "missing ChatId")
    assert await Callback.filter(state="quarantined", lane="callbacks").count() == 2
    assert await handling.handle_left() == 0


async def test_after_an_update_what_was_unknown_is_followed_once(
    wechat: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wechat.account_event("o1", Event="sandbox_future_event")
    await wechat.account_event("o1", Event="never_to_be_known")
    await handle_all()
    by = await administrator()
    assert await examining.examine_again(by) == 0

    def followed(body: Body) -> Event:
        return body.tell(account_events.Followed, body.text("FromUserName"))

    # the next release of the product
    known = entry(account_events.Followed, followed, "FromUserName")
    monkeypatch.setitem(account_recognition.EVENTS, ("sandbox_future_event", ""), known)
    assert await examining.examine_again(by) == 1
    await handle_all()
    assert sorted(await Callback.all().values_list("state", "kind")) == [
        ("handled", "followed"),
        ("unknown", "?event.never_to_be_known"),
    ]
    assert await examining.examine_again(by) == 0
    assert await AuditEntry.filter(action="callback.examined_again", staff_id=by.id).count() == 3


async def test_what_nobody_needs_is_let_go_and_kept_no_longer_than_others(wechat: Caller) -> None:
    await wechat.account_event("o1", **FUTURE)
    await handle_all()
    by = await administrator()
    app = settings.get().oa_appid
    assert await unknown.let_go("official_account", app, "?event.sandbox_future_event", by) == 1
    assert await unknown.listed() == []
    assert (await Callback.get()).state == "handled"
    assert await AuditEntry.filter(action="callback.let_go", staff_id=by.id).count() == 1
