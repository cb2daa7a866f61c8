"""A campaign while its workers are killed by SIGKILL and Redis is emptied: everybody is reached exactly once."""

from __future__ import annotations

import contextlib
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
import redis.asyncio

from community.groups import tasks as groups
from tests.flows import bank, instances
from tests.flows.instances import Instance
from tests.waiting import until

IS_SHORT = os.environ.get("HUILIU_PROVE") == "short"
CLIENTS = 300 if IS_SHORT else 2000
CONTROL = 20
PATIENCE_S = 120 if IS_SHORT else 900
DIRECTORS = ("chen.xi", "wu.qiong", "gao.yuan", "fang.ling", "qian.duo", "sun.bo", "he.jing", "luo.ming")
TEXT = "{称呼}您好，我行大额存单本周开放额度，欢迎来电预约。"
WORST_POINTS = ("sending.after_request", "sending.after_call")
pytestmark = [pytest.mark.prove, pytest.mark.timeout(1500)]


@dataclass
class Havoc:
    """What was done to the instance while it sent."""

    at_points: list[Path] = field(default_factory=list)
    by_hand: int = 0
    flushed: int = 0

    def kills(self) -> int:
        """SIGKILLs that really fell: the crash points count down their files."""
        return self.by_hand + sum(1 for one in self.at_points if one.read_text() == "0")


@pytest.fixture
async def fragile(tmp_path: Path) -> AsyncIterator[tuple[Instance, Havoc]]:
    """An instance whose workers die once at each of the worst points of a send."""
    havoc = Havoc()
    for point in WORST_POINTS:
        counter = tmp_path / point
        counter.write_text("1")
        havoc.at_points.append(counter)
    points = ",".join(f"{one.name}={one}" for one in havoc.at_points)
    async with instances.started(HUILIU_CRASH_AT=points) as instance:
        yield instance, havoc


async def test_a_campaign_survives_three_kills_and_a_flush_and_reaches_everybody_once(
    fragile: tuple[Instance, Havoc],
) -> None:
    instance, havoc = fragile
    await clients_who_know_their_directors(instance)
    async with bank.at_work(instance, "lin.yue", "zhao.heng") as (maker, reviewer):
        number = await bank.write_campaign(
            maker, name="大额存单预约", text=TEXT, control=CONTROL, audience={"a.0.0.what": "contact.is"}
        )
        await bank.submit(maker, number)
        await bank.approve(instance, reviewer, number)
        await bank.begin(maker, number)

    sends = await planned(instance, number)
    for share in (0.2, 0.45, 0.7):
        await until(lambda wanted=share * sends: handed_over(instance, number, wanted), seconds=PATIENCE_S)
        kill_the_worker(instance, havoc)
        if not havoc.flushed:
            await flush(instance, havoc)
    await until(lambda: nothing_is_open(instance, number), seconds=PATIENCE_S, every=1)

    async def all_are_delivered() -> bool:
        await instance.sandbox.act("member.confirm_groupmsg")
        return bool(await states(instance, number) == {"delivered": sends})

    await until(all_are_delivered, seconds=PATIENCE_S, every=1)
    assert havoc.kills() >= 3 + len(WORST_POINTS)
    assert await instance.value("SELECT count(*) FROM group_task WHERE state IN ('requested', 'unknown')") == 0
    await everybody_was_reached_once(instance, number, sends)
    print(f"\nkills {havoc.kills()}, flushes {havoc.flushed}, sends {sends}, jobs {await jobs_in_sandbox(instance)}")


async def clients_who_know_their_directors(instance: Instance) -> None:
    """The bank's clients by file, and their contacts by the full pass over WeCom's lists."""
    staff = [{"userid": userid, "name": userid} for userid in DIRECTORS]
    await instance.sandbox.seed("bank-demo", staff=staff, clients=CLIENTS, groups=0, fan_share=0, extra_fans=0)
    people = (await instance.sandbox.people("externals"))["externals"]
    rows = [
        [f"K{place:05}", one["name"], "", "男" if place % 2 else "女", "", "", "是", one["unionid"]]
        for place, one in enumerate(people)
    ]
    async with bank.at_work(instance, "lin.yue") as (marketing,):
        done = await bank.take_in(marketing, "clients", "clients.csv", bank.as_csv([bank.CLIENTS, *rows]))
        assert f"{CLIENTS:,} 行已写入" in done.words(), done.words()
    relations = len((await instance.sandbox.people("relations"))["relations"])
    await instance.wake(groups.reconcile)

    async def all_are_known() -> bool:
        return bool(await instance.value("SELECT count(*) FROM contact") == relations)

    await until(all_are_known, seconds=60)
    assert await instance.value("SELECT count(*) FROM client WHERE merged_into_id IS NULL") == CLIENTS


async def planned(instance: Instance, number: int) -> int:
    """How many sends the campaign has, as soon as they are planned."""

    async def are_planned() -> bool:
        return bool(await instance.value("SELECT count(*) FROM send WHERE campaign_id = $1", number))

    await until(are_planned, seconds=60)
    return int(await instance.value("SELECT count(*) FROM send WHERE campaign_id = $1", number))


async def handed_over(instance: Instance, number: int, wanted: float) -> bool:
    sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state IN ('accepted', 'confirmed', 'delivered')"
    await let_leases_run_out(instance, number)
    return bool(await instance.value(sql, number) >= wanted)


async def nothing_is_open(instance: Instance, number: int) -> bool:
    await let_leases_run_out(instance, number)
    return not set(await states(instance, number)) & {"planned", "leased", "requested", "unknown"}


async def let_leases_run_out(instance: Instance, number: int) -> None:
    """In the short form: as if a dead worker's lease of two minutes and the five minutes of grace had passed.

    Only what lies untouched for ten seconds (no call takes as long) while nothing waits to be claimed.
    """
    if not IS_SHORT or "planned" in await states(instance, number):
        return
    await instance.database.execute(
        "UPDATE send SET lease_until = now() WHERE lease_until > now() AND lease_until < now() + interval '110 seconds'"
    )
    await instance.database.execute(
        "UPDATE group_task SET requested_at = requested_at - interval '8 minutes'"
        " WHERE state IN ('requested', 'unknown')"
        " AND requested_at > now() - interval '2 minutes' AND requested_at < now() - interval '10 seconds'"
    )


def kill_the_worker(instance: Instance, havoc: Havoc) -> None:
    """SIGKILL to the worker of campaigns: its children die with it, the supervisor starts another."""
    worker = instance.worker("general")
    if worker is None:
        return
    with contextlib.suppress(psutil.NoSuchProcess):
        worker.kill()
        havoc.by_hand += 1


async def flush(instance: Instance, havoc: Havoc) -> None:
    async with redis.asyncio.Redis.from_url(instance.card["redis"]) as line:
        await line.flushall()
    havoc.flushed += 1


async def states(instance: Instance, number: int) -> dict[str, int]:
    sql = "SELECT state, count(*) AS n FROM send WHERE campaign_id = $1 GROUP BY state"
    return {row["state"]: row["n"] for row in await instance.rows(sql, number)}


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
    assert len(eligible) + len(control) == CLIENTS
    assert 0.1 < len(control) / CLIENTS < 0.3
    told = await instance.sandbox.reached(kind="group_message")
    counts = Counter({person: sum(kinds.values()) for person, kinds in told["people"].items()})
    assert counts == dict.fromkeys(eligible, 1)
    assert not set(counts) & control
    assert told["total"] == sends


async def jobs_in_sandbox(instance: Instance) -> int:
    return len((await instance.sandbox.people("group_messages"))["group_messages"])
