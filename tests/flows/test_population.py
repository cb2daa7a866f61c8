"""People who scan codes, are handed over, rename groups and tags: after one pass the product knows what WeCom knows."""

from __future__ import annotations

import json
from typing import Any

import aiohttp

from community.reconciling import tasks as reconciling
from tests.flows.instances import Instance
from tests.flows.test_soak import UNHANDLED, known_contacts, known_members, known_tags, none_is_left
from tests.waiting import until

OLD, NEW = "sun.bo", "luo.ming"
RATES = {"client.scan": 1800.0, "group.scan": 2700.0, "group.quit": 900.0, "group.talk": 900.0, "group.rename": 180.0}
RATES |= {"client.delete_member": 180.0, "member.edit_client": 360.0, "fan.subscribe": 360.0, "fan.message": 360.0}


class Api:
    """The corp's own API, called as another app of the corp would."""

    def __init__(self, http: aiohttp.ClientSession, url: str, token: str) -> None:
        self.http, self.url, self.token = http, url, token

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        data, query = json.dumps(body, ensure_ascii=False).encode(), {"access_token": self.token}
        async with self.http.post(f"{self.url}/wx/cgi-bin/externalcontact/{path}", params=query, data=data) as answer:
            told: dict[str, Any] = await answer.json(content_type=None)
            assert told["errcode"] == 0, told
            return told


async def signed_in(instance: Instance, http: aiohttp.ClientSession) -> Api:
    url, corp = instance.card["sandbox"], (await instance.sandbox.config())["corps"][0]
    query = {"corpid": corp["corpid"], "corpsecret": corp["agents"][0]["secret"]}
    async with http.get(f"{url}/wx/cgi-bin/gettoken", params=query) as answer:
        return Api(http, url, (await answer.json(content_type=None))["access_token"])


async def test_a_population_is_known_after_one_pass(instance: Instance) -> None:
    sandbox = instance.sandbox
    async with aiohttp.ClientSession() as http:
        corp = await signed_in(instance, http)
        group = (await sandbox.act("group.create", owner=OLD, name="沙龙"))["chat_id"]
        await corp.post("add_contact_way", type=2, scene=2, user=[OLD, NEW], state="lobby")
        await corp.post("groupchat/add_join_way", scene=2, chat_id_list=[group], state="salon", room_base_name="沙龙")
        await sandbox.switches(group_full=20)
        tag = await sandbox.act("tag.create", group="群体", name="初访")
        await sandbox.population("start", rates=RATES, only=True, night=[0, 0], random_seed=11)
        await until(lambda: done_enough(instance), seconds=60)
        await sandbox.population("stop")
        clients = [
            row["external_userid"] for row in (await sandbox.people("relations"))["relations"] if row["userid"] == OLD
        ]
        handed = await corp.post(
            "transfer_customer", handover_userid=OLD, takeover_userid=NEW, external_userid=clients[-5:]
        )
        assert {row["errcode"] for row in handed["customer"]} == {0}
        await sandbox.act("client.refuse_transfer", external_userid=clients[-1])
        await sandbox.act("transfer.complete")
        await sandbox.act("tag.update", id=tag["id"], name="再访")
        await sandbox.switches(group_full=500)
    assert await sandbox.settle(timeout=60)
    await until(lambda: none_is_left(instance, UNHANDLED), seconds=60)
    await instance.database.execute("UPDATE contact SET added_at = added_at - interval '2 minutes'")
    before = await instance.value("SELECT coalesce(max(id), 0) FROM reconcile_run")
    await instance.wake(reconciling.reconcile)
    runs = f"SELECT 4 - count(*) FROM reconcile_run WHERE complete AND id > {before} AND scope <> 'staff'"
    await until(lambda: none_is_left(instance, runs), seconds=60)
    await agrees(instance)
    await nobody_was_greeted_twice(instance)


async def nobody_was_greeted_twice(instance: Instance) -> None:
    """A half contact and the full one after it are one beginning, with one code and one welcome."""
    relations = (await instance.sandbox.people("relations"))["relations"]
    lobby = {row["external_userid"] for row in relations if row["state"] == "lobby"}
    welcomed = (await instance.sandbox.reached(kind="welcome"))["people"]
    times = [welcomed.get(client, {}).get("welcome", 0) for client in lobby]
    assert len(times) > 10
    assert max(times) == 1


async def done_enough(instance: Instance) -> bool:
    done = (await instance.sandbox.population())["done"]
    return bool(sum(done.values()) > 300 and done.get("client.scan", 0) > 30 and done.get("group.scan", 0) > 40)


async def agrees(instance: Instance) -> None:
    told = await instance.sandbox.people("groups", "relations", "tags")
    living = [one for one in told["groups"] if not one["dismissed"]]
    assert await known_members(instance) == {one["chat_id"]: set(one["members"]) for one in living}
    relations = {(one["userid"], one["external_userid"]): frozenset(one["tags"]) for one in told["relations"]}
    assert await known_contacts(instance) == relations
    assert await known_tags(instance) == {(one["id"], one["name"]) for one in told["tags"]}
    assert await instance.value("SELECT count(*) FROM callback WHERE state = 'dead'") == 0
