"""Made-up people go through every flow, errors included; afterwards nothing that is kept or heard names one of them."""

from __future__ import annotations

import base64
import gzip
import io
import json
import os
import time
import zipfile
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

import pytest
import redis.asyncio

from processes import embedded
from tests.flows import canary_sending, canary_story, canary_trouble, instances, listening
from tests.flows.canaries import Flock
from tests.flows.canary_story import Story
from tests.flows.instances import LOGS, Instance
from tests.flows.listening import Harvest
from tests.flows.visiting import Visitor

FEW = int(os.environ.get("HUILIU_CANARIES", "60"))
MEANT = ("callback.failed", "Task handler raised error: WorkerLostError")
PLANTED = f"CREATE TABLE planted (word text, raw bytea); GRANT ALL ON planted TO {embedded.APP_ROLE}"
CHAPTERS: tuple[Callable[[Story], Awaitable[None]], ...] = (
    canary_story.they_come,
    canary_story.the_bank_names_them,
    canary_story.staff_look_for_them,
    canary_sending.campaigns_reach_them,
    canary_sending.they_ask_for_their_rights,
    canary_sending.they_get_something,
    canary_sending.files_leave,
    canary_trouble.things_go_wrong,
    canary_trouble.others_look_around,
)


async def whole_story(count: int) -> Harvest:
    """Everything happens to `count` people; where one of their words turned up."""
    async with instances.started(HUILIU_RATE_FACTOR="1000") as instance:
        story = Story(instance, Flock(count))
        harvest = Harvest(story.flock)
        async with (
            listening.to_redis(instance) as heard,
            canary_story.watched(story),
            listening.over_shoulders(instance, harvest),
        ):
            for chapter in CHAPTERS:
                began = time.monotonic()
                await chapter(story)
                print(f"{chapter.__name__}: {time.monotonic() - began:.1f} s", flush=True)
            await instance.sandbox.settle()
        unmeant = [one for one in instance.errors() if not str(one["event"]).startswith(MEANT)]
        assert unmeant == [], "an error was logged that nobody planted"
        await gather(story, harvest, heard)
        log = instance.run.log
    assert len(log.read_bytes().splitlines()) > 20, "the log tells nothing at all"
    harvest.look("log line", log.read_bytes().splitlines())
    LOGS.joinpath("canaries.txt").write_text(f"{harvest.told()}\n", encoding="utf-8")
    print(harvest.told())
    return harvest


async def gather(story: Story, harvest: Harvest, heard: list[bytes]) -> None:
    """Look through everything but the log, which is whole only when the instance has ended."""
    instance = story.instance
    harvest.look("redis command", heard)
    harvest.look("address", story.addresses)
    harvest.look("page", story.pages)
    for data in story.files:
        harvest.look_inside("exported file", data)
    listening.in_processes(instance, harvest)
    await listening.in_redis(instance, harvest)
    await listening.in_database(instance, harvest)
    await listening.in_files(instance, harvest)


@pytest.mark.prove
@pytest.mark.timeout(400)
async def test_a_few_people_leave_no_readable_trace() -> None:
    assert (await whole_story(FEW)).finds == {}


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.timeout(3600)
async def test_ten_thousand_people_leave_no_readable_trace() -> None:
    assert (await whole_story(10_000)).finds == {}


@dataclass(frozen=True)
class Named:
    """A task by its name, as `Instance.wake` takes one; nobody listens to its queue."""

    name: str = "planted.task"
    queue: str = "planted-queue"


@asynccontextmanager
async def planted(story: Story) -> AsyncIterator[dict[str, str]]:
    """A word of somebody in each place of a running instance, gone afterwards; which word lies where."""
    instance, people = story.instance, story.flock.all
    folder = next(folder for folder in instance.run.folders() if "ephemeral" in str(folder))
    async with redis.asyncio.from_url(instance.card["redis"]) as client:
        try:
            await instance.wake(Named(), people[0].phone)  # type: ignore[arg-type]
            await client.set("planted", json.dumps({"who": people[1].name}), ex=60)
            async with Visitor(instance.web) as stranger:
                await stranger.open(f"/clients?q={people[2].name}")
            story.pages.append(f"<td>{people[3].id_number}</td>")
            (folder / "planted.bin").write_bytes(b"\x00\x01" + people[4].account.encode() + b"\x00")
            await instance.as_owner(PLANTED)
            raw = people[6].name.encode()
            await instance.database.execute("INSERT INTO planted VALUES ($1, $2)", people[5].token, raw)
            with instance.run.log.open("a", encoding="utf-8") as log:
                log.write(json.dumps({"event": "planted", "who": people[7].bank_number}) + "\n")
            yield {
                "redis command": people[0].phone, "redis value: planted-queue": people[0].phone,
                "redis value: planted": people[1].name, "address": people[2].name, "page": people[3].id_number,
                "file": people[4].account, "database row: planted": people[5].token, "log line": people[7].bank_number,
                "database file": people[5].token, "database row": people[6].name,
            }  # fmt: skip
        finally:
            (folder / "planted.bin").unlink(missing_ok=True)
            await client.delete("planted", "planted-queue")
            await instance.as_owner("DROP TABLE IF EXISTS planted")


@pytest.mark.timeout(400)
async def test_whatever_leaks_is_found_at_its_place(instance: Instance) -> None:
    story = Story(instance, Flock(12, seed=99))
    harvest = Harvest(story.flock)
    async with listening.to_redis(instance) as heard, canary_story.watched(story), planted(story) as words:
        await listening.keep_up(instance, heard)
        await gather(story, harvest, heard)
        harvest.look("log line", instance.run.log.read_bytes().splitlines())
    for place, word in words.items():
        assert any(word in found for where, found in harvest.finds.items() if where.startswith(place)), place


@pytest.mark.parametrize("seed", range(3))
def test_words_are_seen_however_they_are_quoted_or_packed(seed: int) -> None:
    flock = Flock(20, seed=seed)
    for one in flock.all:
        told = json.dumps({"who": one.name, "phone": one.phone})
        forms = [
            one.name, told, json.dumps(told), quote(one.name), quote(quote(one.name)),
            repr(told.encode()), repr(one.name.encode()),
            base64.b64encode(told.encode()).decode(), base64.urlsafe_b64encode(f"谁：{one.name}".encode()).decode(),
            base64.urlsafe_b64encode(zlib.compress((told * 3).encode())).decode().rstrip("="),
            "\\x" + one.name.encode().hex(), f"86{one.phone}" + one.name, f"+86-{one.phone} {one.name}",
            "/p/x/" + base64.urlsafe_b64encode(one.name.encode()).decode(),
        ]  # fmt: skip
        assert [one.name in flock.seen_in(form) for form in forms] == [True] * len(forms)
        book = io.BytesIO()
        with zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("sheet1.xml", f"<v>{one.name}</v>" * 50)
        for data in (book.getvalue(), gzip.compress(one.name.encode()), b"\xff\x00" + one.name.encode("gb18030")):
            assert one.name in flock.seen_in_bytes(data)
    assert Flock(20, seed=seed + 50).seen_in(" ".join(word for one in flock.all for word in one.needles())) == set()
