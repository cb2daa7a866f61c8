"""The control plane: seeds, acts in batches, the population, the clock, and refusals with a reason."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from wechat.sandbox import config, server
from wechat.sandbox.client import Refusal, Sandbox

STAFF = [{"userid": f"staff{number}", "name": f"员工{number}", "branch": "陆家嘴支行"} for number in range(4)]


async def test_the_bank_demo_joins_fans_and_clients_by_unionid(heard_play: Any, listener: Any) -> None:
    told = await heard_play.ctl.seed("bank-demo", staff=STAFF, clients=120, groups=6)
    people = await heard_play.ctl.people()
    assert (len(told["externals"]), len(people["groups"]), len(people["members"])) == (120, 6, 4)
    unionids = {one["unionid"] for one in people["externals"]}
    shared = [fan for fan in people["fans"] if fan["unionid"] in unionids]
    assert 0.4 * 120 < len(shared) < 0.8 * 120
    assert all(group["externals"] for group in people["groups"])
    assert len({one["name"] for one in people["externals"]}) > 60
    assert await heard_play.ctl.settle()
    assert listener.heard == []


async def test_the_same_seed_brings_the_same_people(play: Any) -> None:
    first = await play.ctl.seed("bank-demo", staff=STAFF, clients=30, groups=2, random_seed=7)
    await play.ctl.reset()
    assert (await play.ctl.people("externals"))["externals"] == []
    assert await play.ctl.seed("bank-demo", staff=STAFF, clients=30, groups=2, random_seed=7) == first
    await play.ctl.reset()
    assert await play.ctl.seed("bank-demo", staff=STAFF, clients=30, groups=2, random_seed=8) != first


async def test_seeding_tells_the_product_only_when_asked(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("bank-demo", staff=STAFF, clients=10, groups=1, fan_share=1, with_callbacks=True)
    assert await heard_play.ctl.settle()
    assert len(listener.events("add_external_contact")) >= 10
    assert len(listener.events("subscribe")) == 10
    assert listener.events("create")


async def test_a_hundred_thousand_fans_come_quickly(play: Any) -> None:
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await play.ctl.seed("bulk", fans=100_000)
    assert loop.time() - begun < 15
    page = await play.oa("user/get")
    assert (page["total"], page["count"]) == (100_000, 10_000)
    assert (await play.oa("user/get", next_openid=page["next_openid"]))["count"] == 10_000


async def test_a_batch_tells_its_failures_in_place(play: Any) -> None:
    batch = [{"act": "fan.subscribe", "openid": "o1"}, {"act": "fan.subscribe", "openid": "o1"}, {"act": "dance"}]
    results = await play.ctl.acts(batch, strict=False)
    assert [("error" in one) for one in results] == [False, True, True]
    with pytest.raises(Refusal, match="already follows"):
        await play.ctl.acts(batch[:2])


@pytest.mark.parametrize(
    ("path", "body", "reason"),
    [
        ("/act/fan.message", {"openid": "nobody"}, "no fan nobody"),
        ("/act/dance", {}, "unknown act"),
        ("/act/group.join", [1], "JSON object"),
        ("/seed", {"kind": "city"}, "unknown seed"),
        ("/seed", {"kind": "bank-demo"}, "missing staff"),
        ("/clock", {"set": "yesterday"}, "Invalid isoformat"),
        ("/clock", {"forward": 1}, "unknown forward"),
        ("/faults", {"path": "*", "kind": "earthquake"}, "unknown fault"),
        ("/switches", {"nothing": 1}, "unknown switch"),
        ("/switches", {"groupmsg_quota": "endless"}, "groupmsg_quota"),
        ("/disorder", {"chaos": 1}, "unknown disorder"),
        ("/population", {"rates": {"dance": 1}}, "no rate"),
        ("/callbacks/send_raw", {"app": "oa:none", "plaintext": "x"}, "no app"),
        ("/config", {"corps": [{"name": "x"}]}, "missing corpid"),
    ],
)
async def test_what_cannot_be_done_is_refused_with_its_reason(play: Any, path: str, body: Any, reason: str) -> None:
    async with play.http.post(f"{play.url}/_ctl{path}", json=body) as answer:
        assert answer.status == 400
        assert reason in (await answer.json())["error"]


async def test_half_a_json_is_refused(play: Any) -> None:
    async with play.http.post(f"{play.url}/_ctl/clock", data=b"{") as answer:
        assert answer.status == 400


async def test_the_population_acts_and_stops(heard_play: Any, listener: Any) -> None:
    await heard_play.ctl.seed("small")
    await heard_play.ctl.clock(set="2026-06-01T10:00:00")
    rates = {"fan.subscribe": 3000, "group.join": 3000, "client.add": 600, "member.confirm_groupmsg": 6000}
    client = (await heard_play.ctl.people("externals"))["externals"][0]["external_userid"]
    body = {"external_userid": [client], "text": {"content": "群发"}}
    made = await heard_play.wx("externalcontact/add_msg_template", body)
    status = await heard_play.ctl.population("start", rates=rates, only=True, confirm_share=1)
    assert status["running"]
    while len(status["done"]) < len(rates):
        await asyncio.sleep(0.05)
        status = await heard_play.ctl.population()
    stopped = await heard_play.ctl.population("stop")
    assert not stopped["running"]
    assert await heard_play.ctl.settle()
    assert len(listener.events("subscribe")) == stopped["done"]["fan.subscribe"]
    assert (await heard_play.ctl.reached(msgid=made["msgid"]))["total"] == 1
    assert (await heard_play.ctl.population())["done"] == stopped["done"]


async def test_at_night_people_sleep(play: Any) -> None:
    await play.ctl.clock(set="2026-06-01T23:30:00")
    await play.ctl.population("start", rates={"fan.subscribe": 60_000}, only=True, night_share=0)
    assert (await play.ctl.population())["asleep"]
    await play.ctl.clock(set="2026-06-02T09:00:00")
    assert not (await play.ctl.population())["asleep"]
    await play.ctl.population("stop")


async def test_who_never_confirms_stays_unconfirmed() -> None:
    from wechat.sandbox import crowds, habits
    from wechat.sandbox.world import World

    world = World(config.read({"corps": [{"corpid": "ww1"}]}))
    world.corp().waiting = {f"u{number}": {"msg1": None} for number in range(100)}  # type: ignore[misc]
    import random

    temper = crowds.Temper(random.Random(1), 0.5)
    picked = {(habits.confirm(world, temper) or {})["userid"] for _ in range(1000)}
    assert 30 < len(picked) < 70


async def test_the_clock_can_be_set_frozen_and_advanced(play: Any) -> None:
    await play.ctl.clock(set="2026-12-31T23:59:59", freeze=True)
    assert (await play.ctl.clock())["local"].startswith("2026-12-31T23:59:59")
    assert (await play.ctl.clock(advance=1))["local"].startswith("2027-01-01T00:00:00")
    assert (await play.ctl.clock(freeze=False))["frozen"] is False


async def test_only_loopback_is_served() -> None:
    with pytest.raises(ValueError, match="loopback only"):
        server.serve(config.read({}), "0.0.0.0", 0)


async def test_the_process_says_where_it_is_and_ends_cleanly(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.json"
    account = {"appid": "wx1", "secret": "s", "templates": [{"template_id": "T1", "title": "通知", "content": "x"}]}
    file.write_text(
        json.dumps({"official_accounts": [account], "corps": [{"corpid": "ww1"}], "seed": {"kind": "small"}})
    )
    command = (sys.executable, "-m", "wechat.sandbox", "--config", str(file))
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    said = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    async with Sandbox(said["sandbox_control"]) as ctl, aiohttp.ClientSession() as http:
        assert len((await ctl.people("fans"))["fans"]) == 3
        async with http.get(f"{said['sandbox']}/wx/cgi-bin/user/get") as answer:
            assert (await answer.json(content_type=None))["errcode"] == 41001
    process.send_signal(signal.SIGTERM)
    _, errors = await asyncio.wait_for(process.communicate(), 15)
    assert process.returncode == 0
    assert errors == b""


async def test_a_page_in_the_browser_cannot_steer_the_sandbox(play: Any) -> None:
    async with play.http.post(f"{play.url}/_ctl/reset", headers={"Origin": "http://evil.example"}) as answer:
        assert answer.status == 403
