"""Who was granted something is told by day, once, and again only when the message failed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from community.clients.models import Client, Fan
from community.sending import ledger
from community.sending.models import Send
from kernel import clock
from loyalty.rewards import benefits, telling_of_grants
from loyalty.rewards.models import Benefit, Grant
from loyalty.rewards.telling_of_grants import tell_waiting

pytestmark = pytest.mark.usefixtures("db")
NOON = datetime(2026, 2, 3, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def voucher() -> Benefit:
    return await benefits.create("V100", "百元代金券", "voucher", "sunflower", period="year", value_fen=100_00)


async def granted(*, followers: int = 0, strangers: int = 0) -> None:
    benefit = await voucher()
    for place in range(followers + strangers):
        client = await Client.create()
        if place < followers:
            await Fan.create(client_id=client.id, appid="wx", openid=f"openid-{place}")
        await benefits.grant(client.id, benefit.id)


async def test_nobody_is_told_at_night() -> None:
    with clock.frozen(datetime(2026, 2, 3, 17, 0, tzinfo=UTC)):
        await granted(followers=1)
        assert await tell_waiting() == 0
    with clock.frozen(datetime(2026, 2, 4, 1, 30, tzinfo=UTC)):
        assert await tell_waiting() == 1
        assert await tell_waiting() == 0


async def test_many_are_told_in_batches_each_by_what_reaches_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling_of_grants, "BATCH", 20)
    with clock.frozen(NOON):
        await granted(followers=25, strangers=5)
        assert await tell_waiting() == 25
    sends = await Send.all().order_by("id")
    assert {(send.purpose, send.channel, send.state, send.step) for send in sends} == {
        ("service", "oa_template", "planned", "benefit")
    }
    assert ledger.body_of(sends[0]) == "您有一项新权益\n百元代金券，面值 100 元，2026年12月31日前有效。"
    assert await Grant.filter(told_how="oa_template", told_at=NOON, tellings=1).count() == 25
    assert await Grant.filter(told_how="", told_at=None, tellings=0).count() == 5


async def test_whom_nothing_reaches_is_tried_once_a_day_and_given_up_after_thirty() -> None:
    with clock.frozen(NOON):
        await granted(strangers=1)
        client = await Client.get()
        assert await tell_waiting() == 0
        await Fan.create(client_id=client.id, appid="wx", openid="openid-late")
        assert await tell_waiting() == 0, "tried today already"
    with clock.frozen(NOON + DAY):
        assert await tell_waiting() == 1
        await granted(strangers=2)
        await tell_waiting()
    with clock.frozen(NOON + 32 * DAY):
        await Fan.create(client_id=client.id + 1, appid="wx", openid="openid-too-late")
        assert await tell_waiting() == 0
    assert await Grant.filter(told_how="none", told_at=None).count() == 2


async def test_a_message_that_failed_told_nobody_and_is_tried_another_day_three_times_in_all() -> None:
    with clock.frozen(NOON):
        await granted(followers=1)
    grant = await Grant.get()
    for day in range(3):
        with clock.frozen(NOON + day * DAY):
            assert await tell_waiting() == 1
            await Send.filter(state="planned").update(state="failed")
            assert await tell_waiting() == 0
            assert (await Grant.get()).told_at is None
    with clock.frozen(NOON + 4 * DAY):
        assert await tell_waiting() == 0
    keys = await Send.all().order_by("id").values_list("key", flat=True)
    assert keys == [f"grant:{grant.id}", f"grant:{grant.id}:2", f"grant:{grant.id}:3"]
    assert (await Grant.get()).told_how == "none"


async def test_nobody_is_told_of_a_benefit_whose_time_is_over() -> None:
    with clock.frozen(datetime(2025, 12, 31, 15, 0, tzinfo=UTC)):
        await granted(followers=1)
    with clock.frozen(datetime(2026, 1, 1, 4, 0, tzinfo=UTC)):
        assert await tell_waiting() == 0
    assert (await Grant.get()).told_how == "none"
