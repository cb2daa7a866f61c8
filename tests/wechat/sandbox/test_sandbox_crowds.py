"""Very many people: planted in seconds, read page by page, acting by themselves the same way for the same seed."""

from __future__ import annotations

import random
import time
from collections import Counter
from typing import Any

import pytest

from wechat.sandbox import churn, config, door, habits
from wechat.sandbox.calls import Call
from wechat.sandbox.crowds import Temper
from wechat.sandbox.population import RATES, Population
from wechat.sandbox.requests import Request
from wechat.sandbox.seeds import table as seeds
from wechat.sandbox.world import World

BANK = {"official_accounts": [{"appid": "wx1", "secret": "s"}], "corps": [{"corpid": "ww1"}]}


def world(random_seed: int = 1) -> World:
    made = World(config.read({**BANK, "random_seed": random_seed}))
    made.clock.pace(0)
    made.muted = True
    return made


async def test_a_bulk_has_groups_of_the_owners_clients_and_tags(play: Any) -> None:
    told = await play.ctl.seed("bulk", clients=300, members=3, fans=50, groups=6, group_size=40, tags=5)
    assert told == {"fans": 50, "clients": 300, "members": 3, "groups": 6, "tags": 5}
    people = await play.ctl.people()
    assert {len(one["externals"]) for one in people["groups"]} == {40}
    mine = {row["external_userid"] for row in people["relations"] if row["userid"] == "bulk0"}
    assert set(people["groups"][0]["externals"]) <= mine
    assert sum(bool(row["tags"]) for row in people["relations"]) == 100
    unions = {one["unionid"] for one in people["externals"]}
    assert all(one["unionid"] in unions for one in people["fans"])


async def test_a_client_in_a_bulk_is_found_by_its_union(play: Any) -> None:
    await play.ctl.seed("bulk", clients=2500, members=2)
    people = (await play.ctl.people("externals"))["externals"]
    told = await play.wx("externalcontact/unionid_to_external_userid", {"unionid": people[2400]["unionid"]})
    assert told["external_userid"] == people[2400]["external_userid"]


async def test_the_same_seed_makes_the_same_story() -> None:
    stories = []
    for _ in range(2):
        place = world()
        await seeds.plant(place, {"kind": "bulk", "clients": 500, "members": 5, "fans": 500, "groups": 5})
        population = Population(place)
        population.rates, population.temper = dict(RATES), Temper(random.Random(7))
        population.night = (0, 0)
        for _ in range(5):
            population.step(120)
        corp = place.corp()
        inside = [sorted(chat.members) for chat in corp.groups.values()]
        stories.append((dict(population.done), sorted(corp.externals), inside))
    assert stories[0] == stories[1]
    assert stories[0][0]["group.join"] > 5


def test_newcomers_and_the_silent_leave_sooner() -> None:
    rng, model, now = random.Random(3), churn.Churn(), 1_000_000_000.0
    day = churn.DAY_S
    people = {"new": (now - day, now), "old": (now - 200 * day, now - day), "silent": (now - 200 * day, 0.0)}
    gone = Counter(churn.draw(rng, list(people), lambda one: model.hazard(*people[one], now)) for _ in range(6000))
    assert gone["new"] > gone["silent"] > gone["old"] > 0


def test_a_churn_must_be_known() -> None:
    with pytest.raises(ValueError, match="no churn"):
        churn.Churn().change({"mood": 3})


async def test_each_habit_finds_somebody_or_nobody_but_never_breaks() -> None:
    place = world()
    temper = Temper(random.Random(5))
    assert all(habit(place, temper) is None for name, habit in habits.HABITS.items() if name != "fan.subscribe")
    await seeds.plant(place, {"kind": "small"})
    for name, habit in habits.HABITS.items():
        for _ in range(20):
            found = habit(place, temper)
            assert found is None or found, name


@pytest.mark.prove
@pytest.mark.long
async def test_a_hundred_thousand_fans_and_clients_come_within_seconds() -> None:
    place, started = world(), time.process_time()
    big = {"kind": "bulk", "fans": 100_000, "clients": 100_000, "members": 500, "groups": 200}
    await seeds.plant(place, big)
    assert time.process_time() - started < 15
    population = Population(place)
    population.rates, population.temper, population.night = dict(RATES), Temper(random.Random(7)), (0, 0)
    started = time.process_time()
    acts = sum(population.step(60) for _ in range(60))
    assert acts > 1000
    assert (time.process_time() - started) / acts < 0.005


@pytest.mark.prove
@pytest.mark.long
async def test_three_thousand_answers_a_second_come_from_one_core() -> None:
    place, asked = world(), 6000
    place.put_corp(config.read_corp({"corpid": "ww1", "agents": [{"agentid": 1, "secret": "s"}]}))
    place.switches.change({"wecom_minute_quota": 0, "wecom_hour_quota": 0})
    await seeds.plant(place, {"kind": "bulk", "clients": 1000, "members": 10})
    token = place.tokens.steady("wx:ww1:1", "app", place.clock.now()).value
    clients = list(place.corp().externals)
    path = "/wx/cgi-bin/externalcontact/get"
    started = time.process_time()
    for number in range(asked):
        query = {"access_token": token, "external_userid": clients[number % 1000]}
        request = Request("GET", path, query, b"", "")
        reply = door.answer(Call(place, path, query, b"", ""), request)
        assert reply.errcode == 0
    assert asked / (time.process_time() - started) > 3000
