"""A sandbox with a state file finds the same people, jobs and counts after a restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from wechat.sandbox import config, memory, server
from wechat.sandbox.client import Sandbox
from wechat.sandbox.world import World

DATA = {"official_accounts": [{"appid": "wx1", "secret": "s"}], "corps": [{"corpid": "ww1"}]}


def settings(tmp_path: Path) -> config.Config:
    return config.read({**DATA, "seed": {"kind": "small"}, "state_file": str(tmp_path / "world.json")})


async def test_people_are_the_same_after_a_restart(tmp_path: Path) -> None:
    async def live(*acts: dict[str, Any]) -> dict[str, Any]:
        async with server.running(settings(tmp_path)) as url, Sandbox(f"{url}/_ctl") as ctl:
            before = await ctl.people()
            await ctl.acts(acts)
            after = await ctl.people()
            return {"before": before, "after": after, "reached": await ctl.reached()}

    first = await live(
        {"act": "client.add", "userid": "li.na", "name": "新客"},
        {"act": "group.create", "owner": "li.na", "name": "新群", "chat_id": "wrNew"},
        {"act": "fan.subscribe", "openid": "oNew", "scene": "branch-01"},
    )
    assert first["before"] != first["after"]
    second = await live(
        {"act": "group.join", "chat_id": "wrNew", "id": first["after"]["externals"][-1]["external_userid"]}
    )
    assert second["before"] == first["after"]
    assert (tmp_path / "world.json").stat().st_mode & 0o077 == 0


async def test_waiting_jobs_can_still_be_confirmed(tmp_path: Path) -> None:
    from wechat.sandbox.acts import table
    from wechat.sandbox.corps import GroupMessage, SenderTask, Target
    from wechat.sandbox.seeds import table as seeds

    world, file = World(config.read(DATA)), tmp_path / "world.json"
    client = (await seeds.plant(world, {"kind": "small"}))["externals"][0]
    corp = world.corp()
    task = SenderTask("zhang.wei", [Target(client)])
    job = GroupMessage("m1", "single", {"text": {"content": "你好"}}, world.clock.now(), 0, {"zhang.wei": task})
    corp.group_messages["m1"] = job
    corp.waiting["zhang.wei"] = {"m1": job}
    memory.remember(world, file)
    again = World(config.read(DATA))
    assert memory.recall(again, file)
    assert again.corp().relation("zhang.wei", client) is again.corp().last_talked(client)
    told = table.perform(again, "member.confirm_groupmsg", {})
    assert told["confirmed"] == [{"userid": "zhang.wei", "msgid": "m1", "sent": 1}]
    memory.remember(again, file)
    third = World(config.read(DATA))
    memory.recall(third, file)
    assert third.reached.count(kind="group_message")["total"] == 1
    assert third.corp().waiting == {}


def test_a_file_of_another_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "world.json"
    file.write_text('{"form": 0}')
    with pytest.raises(ValueError, match="another version"):
        memory.recall(World(config.read(DATA)), file)


async def test_what_apps_made_is_found_again(tmp_path: Path) -> None:
    from wechat.sandbox import corp_records as records
    from wechat.sandbox.seeds import table as seeds

    world, file = World(config.read(DATA)), tmp_path / "world.json"
    client = (await seeds.plant(world, {"kind": "small"}))["externals"][0]
    corp = world.corp()
    corp.contact_ways["w"] = records.ContactWay("w", 1, {"user": ["li.na"]}, 2.5)
    corp.member_tags[3] = records.MemberTag(3, "理财", ["li.na"])
    corp.transfers.append(records.Transfer("zhang.wei", "li.na", client, 1.0, 2.0))
    post = records.MomentPost("li.na", [client], comments=[{"external_userid": client}])
    corp.moments["m"] = records.Moment("m", "j", 1.0, 2.0, {"text": {"content": "好"}}, {"li.na": post})
    corp.app_messages["a"] = records.AppMessage("a", 1, "text", {"content": "好"}, ["li.na"], 1.0, codes={"c": 2.0})
    corp.count("li.na", "2026-03-02", chat_cnt=1)
    memory.remember(world, file)
    again = World(config.read(DATA))
    assert memory.recall(again, file)
    for part in ("contact_ways", "member_tags", "transfers", "moments", "app_messages", "behaviour"):
        assert getattr(again.corp(), part) == getattr(corp, part), part
