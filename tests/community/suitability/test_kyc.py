"""The KYC feed: what changed is told once, an older feed never overrules a newer one, reminders come in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from community.clients import merging
from community.clients.models import Client, TimelineEntry
from community.sending import document_reminders, ledger
from community.sending.models import Send
from community.suitability import kyc, kyc_rule
from community.suitability.kyc import Papers
from community.suitability.models import Kyc
from kernel import clock
from staff.models import Staff

MORNING = datetime(2026, 11, 20, 1, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)


async def kinds() -> list[str]:
    return [entry.kind for entry in await TimelineEntry.filter(kind__startswith="kyc.").order_by("id")]


async def test_a_flag_a_clearing_and_a_renewal_stand_on_the_timeline_once(db: None) -> None:
    client = await Client.create()
    soon = TODAY + timedelta(days=5)
    assert await kyc.take_in([Papers(client.id, "ok", "id_card", soon)]) == 1
    assert await kyc.take_in([Papers(client.id, "ok", "id_card", soon)]) == 0
    await kyc.take_in([Papers(client.id, "flagged", "id_card", soon)])
    await kyc.take_in([Papers(client.id, "ok", "id_card", date(2036, 1, 1))])
    assert await kinds() == ["kyc.flagged", "kyc.cleared", "kyc.renewed"]


async def test_an_older_feed_never_overrules_a_newer_one(db: None) -> None:
    client = await Client.create()
    await kyc.take_in([Papers(client.id, "ok")], MORNING - timedelta(days=9))
    await kyc.take_in([Papers(client.id, "ok")], MORNING)
    assert await kyc.take_in([Papers(client.id, "flagged")], MORNING - timedelta(days=1)) == 0
    assert (await Kyc.get(client_id=client.id)).state == "ok"
    assert await kinds() == []


async def test_a_document_is_good_through_its_last_day_and_its_end_is_noted_once(db: None) -> None:
    client = await Client.create()
    await kyc.take_in([Papers(client.id, "ok", "passport", TODAY)])
    with clock.frozen(MORNING):
        assert kyc_rule.hold(False, TODAY, clock.today()) is None
        assert await kyc.note_expired() == 0
    with clock.frozen(MORNING + timedelta(days=1)):
        assert kyc_rule.hold(False, TODAY, clock.today()) == "kyc_expired"
        assert [await kyc.note_expired(), await kyc.note_expired()] == [1, 0]
    assert await kinds() == ["kyc.expired"]


async def test_directors_are_reminded_at_90_30_and_7_days_with_numbers_only(db: None) -> None:
    chen = await Staff.create(login="chen", name="陈经理", role="director", wecom_userid="chen")
    near, far = [await Client.create(owner=chen) for _ in range(2)]
    await kyc.take_in([Papers(near.id, expires_on=TODAY + timedelta(days=30))])
    await kyc.take_in([Papers(far.id, expires_on=TODAY + timedelta(days=90))])
    with clock.frozen(MORNING):
        assert [await document_reminders.remind(), await document_reminders.remind()] == [1, 0]
    (told,) = await Send.all()
    assert (told.recipient, told.purpose, told.client_id) == ("chen", "service", None)
    assert ledger.body_of(told).startswith("您的客户证件即将到期：30 天内 1 位，90 天内 1 位。")
    days = []
    for day in range(1, 91):
        with clock.frozen(MORNING + timedelta(days=day)):
            days += [day] * await document_reminders.remind()
    assert days == [23, 60, 83], "7 days before the first, 30 and 7 days before the second"


async def test_a_missed_day_loses_no_reminder_and_a_renewal_starts_anew(db: None) -> None:
    chen = await Staff.create(login="chen", name="陈经理", role="director", wecom_userid="chen")
    client = await Client.create(owner=chen)
    with clock.frozen(MORNING):
        await kyc.take_in([Papers(client.id, expires_on=TODAY + timedelta(days=5))])
        assert await document_reminders.remind() == 1
        await kyc.take_in([Papers(client.id, expires_on=TODAY + timedelta(days=88))])
        assert await document_reminders.remind() == 1


async def test_of_two_clients_that_are_one_the_flag_stays(db: None) -> None:
    keep, gone = await Client.create(), await Client.create()
    await kyc.take_in([Papers(keep.id, "ok"), Papers(gone.id, "flagged")])
    await merging.merge(keep.id, gone.id)
    assert (await Kyc.get(client_id=keep.id)).state == "flagged"
