"""Benefits are granted once, as far as the stock goes, told, and used once."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime

import pytest

from community.clients import registering
from community.clients.models import Client, Fan, TimelineEntry
from community.sending.models import Send
from kernel import clock
from kernel.errors import Refused
from loyalty.rewards import benefits, periods, reading, tasks
from loyalty.rewards.models import Benefit, Grant
from loyalty.tiers import policies, review
from loyalty.tiers.models import StandingChange
from staff.models import Staff
from tests.loyalty import balances
from tests.loyalty.balances import WAN

pytestmark = pytest.mark.usefixtures("db")
NOON = datetime(2026, 3, 3, 4, 0, tzinfo=UTC)


async def voucher(stock: int | None = None) -> Benefit:
    return await benefits.create(
        "V100", "百元代金券", "voucher", "sunflower", value_fen=100_00, stock=stock, description="商户通用"
    )


async def test_a_second_grant_in_the_period_is_the_first_one() -> None:
    client, benefit = await Client.create(), await voucher(5)
    first = await benefits.grant(client.id, benefit.id, on=date(2026, 1, 2))
    again = await benefits.grant(client.id, benefit.id, on=date(2026, 3, 31))
    later = await benefits.grant(client.id, benefit.id, on=date(2026, 4, 1))
    assert (first.id, first.period, later.period) == (again.id, "2026Q1", "2026Q2")
    assert (await Benefit.get()).stock == 3
    assert await TimelineEntry.filter(kind="benefit.granted").count() == 2


async def test_the_last_piece_goes_to_exactly_one_of_many_at_once() -> None:
    clients = [await Client.create() for _ in range(12)]
    benefit = await voucher(3)
    outcomes = await asyncio.gather(
        *(benefits.grant(client.id, benefit.id) for client in clients), return_exceptions=True
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 9
    assert {outcome.code for outcome in refused} == {"benefit.out_of_stock"}
    assert (await Benefit.get()).stock == 0
    assert await Grant.all().count() == 3


async def test_the_same_client_twice_at_once_takes_one_piece() -> None:
    client, benefit = await Client.create(), await voucher(5)
    made = await asyncio.gather(*(benefits.grant(client.id, benefit.id) for _ in range(8)))
    assert len({grant.id for grant in made}) == 1
    assert (await Benefit.get()).stock == 4


async def test_when_several_months_wait_whoever_rose_in_the_first_still_gets_the_open_period() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    await benefits.create("Y1", "年度体检", "voucher", "sunflower", period="year", value_fen=100_00)
    client = await balances.client_with_months(date(2026, 1, 1), [WAN] + [60 * WAN] * 3)
    with clock.frozen(datetime(2026, 5, 6, 4, 0, tzinfo=UTC)):
        await tasks.monthly_review.now()
    grant = await Grant.get()
    assert (grant.client_id, grant.period) == (client.id, "2026")


async def test_a_grant_by_hand_and_a_review_at_once_give_one_piece_and_never_wait_in_a_ring() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    benefit = await voucher(50)
    clients = [await balances.client_with_months(date(2026, 1, 1), [WAN, 60 * WAN]) for _ in range(8)]
    with clock.frozen(NOON):
        done = (await review.review_due())[-1]
        await asyncio.gather(
            *(benefits.grant(client.id, benefit.id) for client in clients), benefits.grant_to_raised(done)
        )
    assert await Grant.all().count() == 8
    assert (await Benefit.get()).stock == 42


async def test_a_raised_tier_grants_once_and_tells_the_client() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    await voucher(1)
    richer = await balances.client_with_months(date(2026, 1, 1), [WAN, 90 * WAN])
    poorer = await balances.client_with_months(date(2026, 1, 1), [WAN, 60 * WAN])
    await balances.client_with_months(date(2026, 1, 1), [WAN, 6 * WAN])
    await Fan.create(client_id=richer.id, appid="wx", openid="openid-richer")
    with clock.frozen(NOON):
        await tasks.monthly_review.now()
        await tasks.monthly_review.now()
    grant = await Grant.get()
    assert (grant.client_id, grant.period, grant.cause) == (richer.id, "2026Q1", "tier.raised")
    assert grant.told_at == NOON
    assert (await Benefit.get()).stock == 0
    send = await Send.get()
    assert (send.key, send.purpose, send.channel, send.client_id) == (
        f"grant:{grant.id}", "service", "oa_template", richer.id,
    )  # fmt: skip
    assert await TimelineEntry.filter(client_id=poorer.id, kind="benefit.granted").count() == 0


async def test_who_is_placed_for_the_first_time_rose_from_nowhere_and_gets_no_benefit_and_no_message() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    await voucher()
    client = await balances.client_with_months(date(2026, 1, 1), [60 * WAN, 60 * WAN])
    await Fan.create(client_id=client.id, appid="wx", openid="openid-rich")
    with clock.frozen(NOON):
        await tasks.monthly_review.now()
    assert await Grant.all().count() == await Send.all().count() == 0
    assert await TimelineEntry.all().values_list("kind", flat=True) == ["tier.assigned"]


async def test_another_ladder_raises_nobody_by_its_new_names() -> None:
    await policies.load_preset("cmb", date(2026, 1, 1))
    ladder = {"tiers": [{"code": code, "name": code, "threshold_fen": fen} for code, fen in
                        (("star1", 0), ("star2", 5 * WAN), ("star3", 50 * WAN))]}  # fmt: skip
    await policies.save("stars", "星级", ladder, date(2026, 2, 1))
    await benefits.create("S3", "三星券", "voucher", "star3", period="year", value_fen=100_00)
    client = await balances.client_with_months(date(2026, 1, 1), [60 * WAN, 60 * WAN, WAN, 60 * WAN])
    with clock.frozen(datetime(2026, 4, 3, 4, 0, tzinfo=UTC)):
        await tasks.monthly_review.now()
    kinds = await TimelineEntry.filter(kind__startswith="tier.").order_by("id").values_list("kind", flat=True)
    assert kinds == ["tier.assigned", "tier.assigned", "tier.lowered", "tier.raised"]
    assert (await Grant.get()).client_id == client.id, "the rise of April, on one and the same ladder"
    changes = await StandingChange.all().order_by("month").values_list("tier_before", "tier_after")
    assert changes[:2] == [("", "sunflower"), ("sunflower", "star3")]


async def test_a_benefit_is_used_once_and_not_after_its_period() -> None:
    client, benefit = await Client.create(), await voucher()
    with clock.frozen(NOON):
        grant = await benefits.grant(client.id, benefit.id)
        assert (await benefits.redeem(grant.id)).state == "redeemed"
        with pytest.raises(Refused, match="已经使用"):
            await benefits.redeem(grant.id)
        old = await benefits.grant(client.id, benefit.id, on=date(2025, 12, 31))
        with pytest.raises(Refused, match="过期"):
            await benefits.redeem(old.id)


@pytest.mark.parametrize(
    ("kind", "fields", "code"),
    [
        ("voucher", {}, "benefit.incomplete"),
        ("lounge", {}, "benefit.incomplete"),
        ("horse", {}, "benefit.unknown_kind"),
        ("lounge", {"description": "浦东", "period": "week"}, "benefit.bad_period"),
        ("lounge", {"description": "浦东", "stock": -1}, "benefit.bad_stock"),
    ],
)
async def test_an_incomplete_benefit_is_refused(kind: str, fields: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as refused:
        await benefits.create("X", "权益", kind, "gold", **fields)  # type: ignore[arg-type]
    assert refused.value.code == code


async def test_the_catalogue_and_the_grants_are_listed_with_masked_names() -> None:
    saved = await registering.save_many("haiyue", [registering.ClientRow("C1", name="张三丰")])
    benefit = await voucher(5)
    await benefits.grant(saved.ids["C1"], benefit.id)
    (line,) = await reading.catalogue(Staff(reach="bank"))
    assert (line.kind, line.granted, line.redeemed, line.benefit.stock) == ("代金券", 1, 0, 4)
    boss = await Staff.create(login="m", name="M", role="marketing", reach="bank")
    listed, total = await reading.grants(boss)
    assert ([entry.client for entry in listed], total) == (["张*丰"], 1)
    stranger = await Staff.create(login="d", name="D", role="director")
    assert await reading.grants(stranger) == ([], 0)


@pytest.mark.parametrize(
    ("period", "name", "last"),
    [("month", "2026-02", date(2026, 2, 28)), ("quarter", "2026Q1", date(2026, 3, 31)),
     ("year", "2026", date(2026, 12, 31))],
)  # fmt: skip
def test_periods_have_names_and_last_days(period: str, name: str, last: date) -> None:
    assert periods.name_of(period, date(2026, 2, 3)) == name
    assert periods.last_day(name) == last
