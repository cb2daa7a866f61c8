"""What is done to an instance while it sends: workers killed by SIGKILL, Redis emptied; and how long that is borne."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import redis.asyncio

from tests.flows import instances
from tests.flows.instances import Instance
from tests.waiting import until

IS_SHORT = os.environ.get("HUILIU_PROVE") == "short"
CLIENTS = 300 if IS_SHORT else 2000
CONTROL = 20
BY_HAND = ("worker general", "worker urgent", "clock", "web")
"""What is killed by hand, as the words of its command line."""
PATIENCE_S = 120 if IS_SHORT else 900
WORST_POINTS = ("sending.after_request", "sending.after_call")
EVERY_POINT = (
    "freezing.before_commit", "planning.before_commit", "sending.after_claim", *WORST_POINTS, "sending.after_record"
)  # fmt: skip
"""Of planning, claiming, calling and recording; callbacks, journeys, keys and passes have tests of their own."""


def wanted_kills(short: int, whole: int = 10_000) -> int:
    """How many kills a proof does: HUILIU_KILLS, or the short form's few, or all of them."""
    return int(os.environ.get("HUILIU_KILLS", short if IS_SHORT else whole))


@dataclass
class Havoc:
    """What was done to the instance while it sent."""

    at_points: list[Path] = field(default_factory=list)
    by_hand: int = 0
    flushed: int = 0

    def kills(self) -> int:
        """SIGKILLs that really fell: the crash points count down their files."""
        return self.by_hand + sum(1 for one in self.at_points if one.read_text() == "0")


@asynccontextmanager
async def fragile(folder: Path) -> AsyncIterator[tuple[Instance, Havoc]]:
    """An instance whose workers die once at each named point, from the freeze to the record of a send."""
    havoc = Havoc()
    for point in EVERY_POINT:
        counter = folder / point
        counter.write_text("1")
        havoc.at_points.append(counter)
    points = ",".join(f"{one.name}={one}" for one in havoc.at_points)
    # one person settles hundreds of unclear sends in a minute here: the pace of a script, not of hands
    async with instances.started(HUILIU_CRASH_AT=points, HUILIU_RATE_FACTOR="100") as instance:
        yield instance, havoc


async def wreck(instance: Instance, havoc: Havoc, number: int, sends: int) -> None:
    """SIGKILLs to the worker, the clock and the pages, and one flush, spread over the dispatch of a campaign."""
    for share, names in ((0.2, ("worker general", "clock")), (0.45, ("worker general", "web")), (0.7, BY_HAND)):
        await until(lambda wanted=share * sends: are_under_way(instance, number, wanted), seconds=PATIENCE_S)
        for name in names:
            kill(instance, havoc, name)
        if not havoc.flushed:
            await flush(instance, havoc)


async def planned(instance: Instance, number: int) -> int:
    """How many sends the campaign has, as soon as they are planned."""

    async def are_planned() -> bool:
        return bool(await instance.value("SELECT count(*) FROM send WHERE campaign_id = $1", number))

    await until(are_planned, seconds=60)
    return int(await instance.value("SELECT count(*) FROM send WHERE campaign_id = $1", number))


async def are_under_way(instance: Instance, number: int, wanted: float) -> bool:
    """Whether so many sends have been asked of WeChat, whatever became of them."""
    sql = "SELECT count(*) FROM send WHERE campaign_id = $1 AND state NOT IN ('planned', 'leased')"
    await let_leases_run_out(instance, number)
    return bool(await instance.value(sql, number) >= wanted)


async def nothing_is_open(instance: Instance, number: int) -> bool:
    await let_leases_run_out(instance, number)
    return not set(await states(instance, number)) & {"planned", "leased", "requested", "unknown"}


async def only_the_unclear_is_open(instance: Instance, number: int) -> bool:
    """Nothing is on its way any more; what nobody can be asked about waits for a person."""
    await let_leases_run_out(instance, number)
    return not set(await states(instance, number)) & {"planned", "leased", "requested"}


async def let_leases_run_out(instance: Instance, number: int) -> None:
    """In the short form: as if a dead worker's lease of two minutes and the five minutes of grace had passed.

    Only what lies untouched for ten seconds (no call takes as long) while nothing waits to be claimed.
    """
    if IS_SHORT:
        await hurry(instance, number)


async def hurry(instance: Instance, number: int) -> None:
    """The same in either form, for who only needs the end."""
    if "planned" in await states(instance, number):
        return
    await instance.database.execute(
        "UPDATE send SET lease_until = now() WHERE lease_until > now() AND lease_until < now() + interval '110 seconds'"
    )
    await instance.database.execute(
        "UPDATE group_task SET requested_at = requested_at - interval '8 minutes'"
        " WHERE state IN ('requested', 'unknown')"
        " AND requested_at > now() - interval '2 minutes' AND requested_at < now() - interval '10 seconds'"
    )


def kill(instance: Instance, havoc: Havoc, name: str) -> None:
    """SIGKILL to a process of the instance: its children die with it, the supervisor starts another."""
    with contextlib.suppress(psutil.Error, StopIteration):
        instance.run.child(*name.split()).kill()
        havoc.by_hand += 1


async def flush(instance: Instance, havoc: Havoc) -> None:
    async with redis.asyncio.Redis.from_url(instance.card["redis"]) as line:
        await line.flushall()
    havoc.flushed += 1


async def states(instance: Instance, number: int) -> dict[str, int]:
    sql = "SELECT state, count(*) AS n FROM send WHERE campaign_id = $1 GROUP BY state"
    return {row["state"]: row["n"] for row in await instance.rows(sql, number)}
