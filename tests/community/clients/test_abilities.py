"""Registering, consent, ownership, tags and the timeline of clients."""

from __future__ import annotations

from datetime import timedelta

import pytest

from community.clients import consent, contacts, fans, identities, ownership, portrait, registering, tagging, timeline
from community.clients.models import Client, Consent, ConsentState, Contact, Fan
from community.clients.registering import ClientRow
from kernel import clock, settings
from kernel.errors import NotFound, Refused
from staff.models import AuditEntry, Branch, Staff


async def test_a_second_import_of_the_same_clients_changes_nothing(db: None) -> None:
    rows = [ClientRow(str(n), f"客户{n}", f"138{n:08d}") for n in range(300)]
    first = await registering.save_many("haiyue", rows)
    before = await Client.all().order_by("id").values()
    again = await registering.save_many("haiyue", rows)
    assert (first.created, first.changed) == (300, 0)
    assert (again.created, again.changed) == (0, 0)
    assert again.ids == first.ids
    assert await Client.all().order_by("id").values() == before


async def test_a_changed_phone_is_taken_over_and_an_empty_field_changes_nothing(db: None) -> None:
    saved = await registering.save_many("haiyue", [ClientRow("1", "王芳", "13800000001")])
    changed = await registering.save_many("haiyue", [ClientRow("1", "", "13900000002")])
    assert changed.changed == 1
    shown = await portrait.show(saved.ids["1"])
    assert (shown.name, shown.phone) == ("王*", "139****0002")


async def test_revealing_a_field_leaves_an_audit_entry_with_the_reason(db: None) -> None:
    person = await Staff.create(login="a", name="张伟", role="director")
    saved = await registering.save_many("haiyue", [ClientRow("1", "王芳", "13800000001")])
    number = saved.ids["1"]
    found = [await portrait.reveal(number, field, "核对 13800000001", by=person) for field in portrait.REVEALED]
    assert found == [("王芳",), ("13800000001",), ("1",)]
    entries = await AuditEntry.filter(action="client.revealed", subject_id=number, staff_id=person.id).order_by("id")
    assert [entry.detail["field"] for entry in entries] == list(portrait.REVEALED)
    assert {entry.detail["reason"] for entry in entries} == {"核对 138****0001"}
    for field, reason in (("name", " "), ("gender", "核对身份")):
        with pytest.raises(Refused):
            await portrait.reveal(number, field, reason, by=person)


async def test_nobody_has_no_portrait(db: None) -> None:
    with pytest.raises(NotFound):
        await portrait.show(1)


async def test_the_ledger_has_every_word_and_only_a_change_is_news(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    assert await consent.grant([client.id], "form") == [client.id]
    assert await consent.grant([client.id], "form") == []
    assert await consent.withdraw([client.id], "message") == [client.id]
    assert await consent.withdraw([client.id], "message") == []
    await client.refresh_from_db()
    assert not client.marketing_consent
    assert client.opted_out_at is not None
    assert await Consent.all().order_by("id").values_list("granted", flat=True) == [True, True, False, False]
    assert [(one.granted, one.client_id) for one in await ConsentState.all()] == [(False, client.id)]


async def test_who_never_answered_can_still_opt_out(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    assert await consent.withdraw([client.id], "message") == [client.id]


async def test_an_owner_brings_the_branch_and_the_timeline_entry(db: None) -> None:
    branch = await Branch.create(code="sz", name="深圳分行")
    person = await Staff.create(login="a", name="张伟", role="director", branch=branch)
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    assert await ownership.assign([client.id], person.id) == [client.id]
    assert await ownership.assign([client.id], person.id) == []
    other = await Staff.create(login="b", name="李娜", role="director")
    assert await ownership.assign_if_free([client.id], other.id) == []
    shown = await portrait.show(client.id)
    assert (shown.owner_name, shown.branch_name) == ("张伟", "深圳分行")


async def test_only_the_clients_own_acts_count_as_activity(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    await tagging.add([client.id], "养老")
    await consent.grant([client.id], "import")
    await client.refresh_from_db()
    assert client.last_activity_at is None
    yesterday = clock.now() - timedelta(days=1)
    await timeline.record(client.id, "message.received", at=clock.now())
    await timeline.record(client.id, "code.scanned", at=yesterday)
    await client.refresh_from_db()
    assert client.last_activity_at > yesterday


async def test_the_timeline_is_read_page_by_page_newest_first(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    now = clock.now()
    for minute in range(5):
        await timeline.record(client.id, "code.scanned", at=now + timedelta(minutes=minute), scene=str(minute))
    first = await timeline.entries(client.id, limit=3)
    rest = await timeline.entries(client.id, before=(first[-1].at, first[-1].id), limit=3)
    assert [entry.detail["scene"] for entry in first + rest] == ["4", "3", "2", "1", "0"]
    assert first[0].label == "扫描二维码"


async def test_the_newest_action_sets_the_window_even_when_it_allows_less(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    now = clock.now()
    await fans.open_window(client.id, "wx1", "o1", "message", now)
    await fans.open_window(client.id, "wx1", "o1", "tap", now + timedelta(seconds=1))
    fan = await Fan.get(openid="o1")
    assert (fan.window_left, fan.window_until) == (3, now + timedelta(seconds=61))
    await fans.open_window(client.id, "wx1", "o1", "message", now - timedelta(hours=1))
    await fan.refresh_from_db()
    assert fan.window_left == 3


async def test_an_old_notice_of_leaving_does_not_undo_a_newer_return(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    now = clock.now()
    assert await fans.follow(client.id, "wx1", "o1", now) is not None
    assert await fans.follow(client.id, "wx1", "o1", now) is None
    assert await fans.unfollow(client.id, "wx1", "o1", now - timedelta(minutes=1)) is None
    assert await fans.unfollow(client.id, "wx1", "o1", now + timedelta(minutes=1)) is not None
    assert await fans.follow(client.id, "wx1", "o1", now + timedelta(minutes=2)) is not None
    assert (await Fan.get(openid="o1")).subscribed


async def test_a_contact_begins_ends_and_begins_again(db: None) -> None:
    person = await Staff.create(login="a", name="张伟", role="director", wecom_userid="zhang.wei")
    client = await identities.find_or_create("external_id", settings.get().wecom_corpid, "wm1", source="x")
    now = clock.now()
    who = (settings.get().wecom_corpid, "zhang.wei", "wm1")
    first = await contacts.added(client.id, *who, now)
    assert (first.staff_id, first.times_added, first.is_new) == (person.id, 1, True)
    confirmed = await contacts.added(client.id, *who, now + timedelta(seconds=30))
    assert (confirmed.times_added, confirmed.is_new) == (1, False)
    assert await contacts.ended(*who, now - timedelta(minutes=1), "by_client") is None
    assert await contacts.ended(*who, now + timedelta(minutes=1), "by_client") == client.id
    assert await contacts.ended(*who, now + timedelta(minutes=1), "by_client") is None
    again = await contacts.added(client.id, *who, now + timedelta(minutes=2))
    assert (again.id, again.times_added, again.is_new) == (first.id, 2, True)
    assert (await Contact.get(id=first.id)).ended_at is None


async def test_a_following_older_than_the_leaving_we_know_of_is_no_news(db: None) -> None:
    client = await identities.find_or_create("openid", "wx1", "o1", source="x")
    now = clock.now()
    await fans.unfollow(client.id, "wx1", "o1", now)
    assert await fans.follow(client.id, "wx1", "o1", now - timedelta(minutes=1)) is None
    assert not (await Fan.get(openid="o1")).subscribed
