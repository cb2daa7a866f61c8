"""The same havoc while messages go out one by one, where nobody can be asked: a person settles what is unclear."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.flows import bank, havoc
from tests.flows.havoc import Havoc
from tests.flows.instances import Instance
from tests.waiting import until

TEXT = "{称呼}您好，我行新增周末贵宾理财咨询，欢迎预约。"
SAID = "我行新增周末贵宾理财咨询"
DECISION = re.compile(r"/settings/health/sends/(\d+)/decision")
# its short form in CI is tests/community/sending/test_kills.py
pytestmark = [pytest.mark.prove, pytest.mark.long, pytest.mark.timeout(1500)]


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[Instance, Havoc]]:
    """An instance whose workers die once at each of the worst points of a send."""
    async with havoc.fragile(tmp_path) as both:
        yield both


async def test_kills_and_a_flush_leave_nobody_reached_twice_and_a_person_settles_the_unclear(
    fragile: tuple[Instance, Havoc],
) -> None:
    instance, done = fragile
    await followers(instance)
    # slow enough that the kills fall into the middle
    await instance.sandbox.faults({"path": "*custom/send", "kind": "latency", "ms": 100})
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        number = await bank.write_campaign(
            maker,
            name="周末咨询预约",
            channel="oa_service",
            text=TEXT,
            control=havoc.CONTROL,
            audience={"a.0.0.what": "fan.is"},
        )
        await bank.submit(maker, number)
        await bank.approve(instance, reviewer, number)
        await bank.begin(maker, number)
    sends = await havoc.planned(instance, number)
    await havoc.wreck(instance, done, number, sends)
    await until(lambda: havoc.only_the_unclear_is_open(instance, number), seconds=havoc.PATIENCE_S, every=1)
    before = await reached(instance)
    assert set(before.values()) == {1}
    unclear = (await havoc.states(instance, number)).get("unknown", 0)

    async def everything_is_settled() -> bool:
        # a worker may die over one that is being repeated, too: then it is unclear again
        if not await havoc.only_the_unclear_is_open(instance, number):
            return False
        await settle_at_the_page(instance, number)
        return await havoc.nothing_is_open(instance, number)

    await until(everything_is_settled, seconds=havoc.PATIENCE_S, every=1)
    assert done.kills() >= 3 + len(havoc.EVERY_POINT)
    eligible, control = await arms(instance, number)
    assert len(eligible) == sends
    assert len(eligible) + len(control) == havoc.CLIENTS
    assert await reached(instance) == dict.fromkeys(eligible, 1)
    print(f"\nkills {done.kills()}, flushes {done.flushed}, sends {sends}, settled by a person {unclear}")


async def followers(instance: Instance) -> None:
    """People who follow the account and have just written to it, and stand in the bank's file."""
    people = [(f"oKill{place:05}", f"unKill{place:05}") for place in range(havoc.CLIENTS)]
    for start in range(0, len(people), 500):
        some = people[start : start + 500]
        await instance.sandbox.acts({"act": "fan.subscribe", "openid": one, "unionid": union} for one, union in some)
        await instance.sandbox.acts({"act": "fan.message", "openid": one, "text": "您好"} for one, _ in some)
        await instance.sandbox.settle(timeout=60)

    async def all_are_known() -> bool:
        sql = "SELECT count(*) FROM fan WHERE read_at IS NOT NULL AND window_until > now() + interval '1 hour'"
        return bool(await instance.value(sql) == havoc.CLIENTS)

    await until(all_are_known, seconds=havoc.PATIENCE_S, every=0.5)
    rows = [
        [f"K{place:05}", "赵钱孙李"[place % 4] + "明", "", "女", "", "", "是", union]
        for place, (_, union) in enumerate(people)
    ]
    async with bank.at_work(instance, "lin.yue") as (marketing,):
        await bank.take_in(marketing, "clients", "clients.csv", bank.as_csv([bank.CLIENTS, *rows]))
    assert await instance.value("SELECT count(*) FROM client WHERE merged_into_id IS NULL") == havoc.CLIENTS


async def settle_at_the_page(instance: Instance, number: int) -> None:
    """The administrator asks each client (here the sandbox) and closes or repeats what is unclear."""
    async with bank.at_work(instance, "admin") as (admin,):
        while True:
            page = await admin.open("/settings/health")
            waiting = sorted({int(one) for one in DECISION.findall(page.text)})
            if not waiting:
                return
            told = await reached(instance)
            for send in waiting:
                openid = await instance.value("SELECT recipient FROM send WHERE id = $1", send)
                verdict = "close" if openid in told else "repeat"
                answer = await admin.send(page, f"/settings/health/sends/{send}/decision", verdict=verdict)
                assert answer.status == 200, answer.words()[:300]


async def reached(instance: Instance) -> Counter[str]:
    told = (await instance.sandbox.reached(kind="custom", text=SAID))["people"]
    return Counter({person: sum(kinds.values()) for person, kinds in told.items()})


async def arms(instance: Instance, number: int) -> tuple[set[str], set[str]]:
    sql = "SELECT d.arm, f.openid FROM delivery d JOIN fan f ON f.client_id = d.client_id WHERE d.campaign_id = $1"
    rows = await instance.rows(sql, number)
    return tuple({row["openid"] for row in rows if row["arm"] == arm} for arm in ("treated", "control"))  # type: ignore[return-value]
