"""A new contact is welcomed at once, also while a campaign keeps the workers busy."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import pytest

from tests.flows import bank, people
from tests.flows.instances import Instance
from tests.waiting import until

OWNERS = ("he.jing", "luo.ming", "sun.bo")
EACH = 45
"""Nobody may be asked to confirm more than 50 personal texts, and other flows have clients of these members too."""
NEWCOMERS = 10
WINDOW_S = 20.0
WANTED_S = 3.0
TEXT = "{称呼}您好，您的专属客户经理{客户经理}恭候您来电预约：{活动链接}"


@dataclass(frozen=True)
class Measured:
    """Seconds from act to arrival, and how many jobs of the campaign were still to come at each newcomer."""

    seconds: list[float]
    still_waiting: list[int]

    def __str__(self) -> str:
        middle, most = statistics.median(self.seconds), max(self.seconds)
        return f"welcome p50 {middle:.2f} s, max {most:.2f} s, sends still waiting {self.still_waiting}"


@pytest.fixture(scope="module")
async def measured(instance: Instance) -> Measured:
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        for owner in OWNERS:
            await people.who_know(instance, maker, owner, f"Wel{owner[:2]}", EACH)
        # one job per person (each has a personal page), so that the campaign takes its time
        number = await bank.write_campaign(
            maker,
            kind="event_invitation",
            name="专属沙龙",
            text=TEXT,
            audience={
                "a.0.0.what": "owner.in",
                "a.0.0.value": [await people.director_id(instance, owner) for owner in OWNERS],
            },
            **{
                "detail.moment.starts_at": "2027-06-18T15:00",
                "detail.text.place": "城东支行",
                "detail.number.seats": "100",
            },
        )
        await bank.submit(maker, number)
        await bank.approve(instance, reviewer, number)
        await bank.begin(maker, number)

    async def is_sending() -> bool:
        sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state = 'accepted'"
        return bool(await instance.value(sql, number) >= 5)

    await until(is_sending, seconds=30)
    seconds, waiting = [], []
    for place in range(NEWCOMERS):
        sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state IN ('planned', 'leased', 'requested')"
        waiting.append(await instance.value(sql, number))
        began = time.time()
        newcomer = await instance.sandbox.act("client.add", userid="qian.duo", name=f"新客{place}")
        seconds.append(await arrival(instance, newcomer["external_userid"]) - began)
    found = Measured(seconds, waiting)
    print(f"\n{found}")
    return found


async def arrival(instance: Instance, external_userid: str) -> float:
    async def is_there() -> bool:
        return bool((await instance.sandbox.reached(kind="welcome", to=external_userid))["total"])

    await until(is_there, seconds=WINDOW_S + 5, every=0.02)
    told = await instance.sandbox.reached(kind="welcome", to=external_userid, log=True)
    assert told["total"] == 1
    return float(told["log"][0]["at"])


async def test_every_welcome_arrives_within_wecoms_window_while_a_campaign_is_sent(measured: Measured) -> None:
    assert measured.still_waiting[0] > 0
    assert max(measured.seconds) < WINDOW_S


@pytest.mark.prove
async def test_every_welcome_arrives_within_three_seconds_while_a_campaign_is_sent(measured: Measured) -> None:
    assert measured.still_waiting[-1] > 0
    assert max(measured.seconds) < WANTED_S, str(measured)
