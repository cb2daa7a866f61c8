"""A campaign while its workers are killed by SIGKILL and Redis is emptied: everybody is reached exactly once."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from community.reconciling import tasks as reconciling
from tests.flows import bank, havoc
from tests.flows.havoc import Havoc
from tests.flows.instances import Instance
from tests.waiting import until

# as many that nobody is asked to confirm more personal texts than a campaign may ask for
DIRECTORS = tuple(f"member{place:02}" for place in range(80))
TEXT = "{称呼}您好，我行大额存单本周开放额度，欢迎来电预约。"
pytestmark = [pytest.mark.prove, pytest.mark.timeout(1500)]


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[Instance, Havoc]]:
    """An instance whose workers die once at each of the worst points of a send."""
    async with havoc.fragile(tmp_path) as both:
        yield both


async def test_a_campaign_survives_three_kills_and_a_flush_and_reaches_everybody_once(
    fragile: tuple[Instance, Havoc],
) -> None:
    instance, done = fragile
    await clients_who_know_their_directors(instance)
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        number = await bank.write_campaign(
            maker, name="大额存单预约", text=TEXT, control=havoc.CONTROL, audience={"a.0.0.what": "contact.is"}
        )
        await bank.submit(maker, number)
        await bank.approve(instance, reviewer, number)
        await bank.begin(maker, number)

    sends = await havoc.planned(instance, number)
    await havoc.wreck(instance, done, number, sends)
    await until(lambda: havoc.nothing_is_open(instance, number), seconds=havoc.PATIENCE_S, every=1)

    async def all_are_delivered() -> bool:
        await instance.sandbox.act("member.confirm_groupmsg")
        return bool(await havoc.states(instance, number) == {"delivered": sends})

    await until(all_are_delivered, seconds=havoc.PATIENCE_S, every=1)
    assert done.kills() >= 3 + len(havoc.EVERY_POINT)
    assert await instance.value("SELECT count(*) FROM group_task WHERE state IN ('requested', 'unknown')") == 0
    await everybody_was_reached_once(instance, number, sends)
    print(f"\nkills {done.kills()}, flushes {done.flushed}, sends {sends}, jobs {await jobs_in_sandbox(instance)}")


async def clients_who_know_their_directors(instance: Instance) -> None:
    """The bank's clients by file, and their contacts by the full pass over WeCom's lists."""
    staff = [{"userid": userid, "name": userid} for userid in DIRECTORS]
    await instance.sandbox.seed("bank-demo", staff=staff, clients=havoc.CLIENTS, groups=0, fan_share=0, extra_fans=0)
    people = (await instance.sandbox.people("externals"))["externals"]
    rows = [
        [f"K{place:05}", one["name"], "", "男" if place % 2 else "女", "", "", "是", one["unionid"]]
        for place, one in enumerate(people)
    ]
    async with bank.at_work(instance, "lin.yue") as (marketing,):
        done = await bank.take_in(marketing, "clients", "clients.csv", bank.as_csv([bank.CLIENTS, *rows]))
        assert f"{havoc.CLIENTS:,} 行已写入" in done.words(), done.words()
    relations = len((await instance.sandbox.people("relations"))["relations"])
    await instance.wake(reconciling.reconcile)

    async def all_are_known() -> bool:
        return bool(await instance.value("SELECT count(*) FROM contact") == relations)

    await until(all_are_known, seconds=60)
    assert await instance.value("SELECT count(*) FROM client WHERE merged_into_id IS NULL") == havoc.CLIENTS


async def everybody_was_reached_once(instance: Instance, number: int, sends: int) -> None:
    """The sandbox's own counters against the frozen list."""
    sql = (
        "SELECT DISTINCT d.arm, d.client_id, i.value AS external_userid FROM delivery d"
        " JOIN identity i ON i.client_id = d.client_id AND i.kind = 'external_id' WHERE d.campaign_id = $1"
    )
    rows = await instance.rows(sql, number)
    eligible = {row["external_userid"] for row in rows if row["arm"] == "treated"}
    control = {row["external_userid"] for row in rows if row["arm"] == "control"}
    assert len(eligible) == sends
    assert len(eligible) + len(control) == havoc.CLIENTS
    assert 0.1 < len(control) / havoc.CLIENTS < 0.3
    told = await instance.sandbox.reached(kind="group_message")
    counts = Counter({person: sum(kinds.values()) for person, kinds in told["people"].items()})
    assert counts == dict.fromkeys(eligible, 1)
    assert not set(counts) & control
    assert told["total"] == sends


async def jobs_in_sandbox(instance: Instance) -> int:
    return len((await instance.sandbox.people("group_messages"))["group_messages"])
