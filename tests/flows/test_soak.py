"""Many callbacks twice, late, in the wrong order or never: after one full pass the product knows what WeCom knows."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

import pytest

from community.groups import tasks as groups
from tests.flows.instances import Instance
from tests.waiting import until

OWNERS = ("sun.bo", "luo.ming", "qian.duo")
GROUPS = 12
SIZES = (pytest.param(200, id="short"), pytest.param(2000, id="long", marks=[pytest.mark.prove]))


@pytest.mark.parametrize("callbacks", SIZES)
@pytest.mark.timeout(400)
async def test_disorder_ends_in_the_same_members_as_in_wecom(instance: Instance, callbacks: int) -> None:
    rng = random.Random(callbacks)
    sandbox = instance.sandbox
    await sandbox.switches(callback_retry_s=[0, 1])
    await sandbox.disorder(duplicate=0.2, drop=0.1, reorder=0.3, reorder_ms=300)
    try:
        made = 0
        chats = [(await sandbox.act("group.create", owner=rng.choice(OWNERS), name=f"{place}"))["chat_id"]
                 for place in range(GROUPS)]  # fmt: skip
        while made < callbacks - GROUPS:
            batch = acts_of(rng, await sandbox.people("groups", "relations"), chats, callbacks - GROUPS - made)
            await sandbox.acts(batch)
            made += len(batch)
    finally:
        await sandbox.calm()
        await sandbox.switches(callback_retry_s=[0, 5])
    assert await sandbox.settle(timeout=60)
    handled = "SELECT count(*) FROM callback WHERE state <> 'handled'"
    await until(lambda: none_is_left(instance, handled), seconds=200)
    told = await sandbox.people("groups", "relations")
    # the pass spares contacts of the last minute, whose news may still be on its way: as if it had passed
    await instance.database.execute("UPDATE contact SET added_at = added_at - interval '2 minutes'")
    before = await instance.value("SELECT coalesce(max(id), 0) FROM reconcile_run")
    await instance.wake(groups.reconcile)
    sql = f"SELECT 2 - count(*) FROM reconcile_run WHERE complete AND id > {before}"
    await until(lambda: none_is_left(instance, sql), seconds=100)
    assert await known_members(instance) == true_members(told)
    assert await known_contacts(instance) == {(one["userid"], one["external_userid"]) for one in told["relations"]}
    assert await instance.value("SELECT count(*) FROM callback WHERE state = 'dead'") == 0


def acts_of(rng: random.Random, told: dict[str, Any], chats: list[str], most: int) -> list[dict[str, Any]]:
    """Up to forty acts that are possible now: newcomers, friends who come into groups, leave and are deleted."""
    friends = [one for one in told["relations"] if one["userid"] in OWNERS]
    inside = {one["chat_id"]: set(one["externals"]) for one in told["groups"] if one["chat_id"] in chats}
    acts: list[dict[str, Any]] = []
    gone: set[str] = set()
    for _ in range(min(40, most)):
        chat = rng.choice(chats)
        friend = rng.choice(friends)["external_userid"] if friends else ""
        if not friend or rng.random() < 0.4 or friend in gone:
            acts.append({"act": "client.add", "userid": rng.choice(OWNERS), "name": f"客{rng.randrange(1000)}"})
        elif friend in inside[chat]:
            inside[chat].discard(friend)
            acts.append({"act": rng.choice(("group.quit", "group.kick")), "chat_id": chat, "id": friend})
        elif rng.random() < 0.8:
            inside[chat].add(friend)
            acts.append({"act": "group.join", "chat_id": chat, "id": friend})
        else:
            gone.add(friend)
            userid = next(one["userid"] for one in friends if one["external_userid"] == friend)
            acts.append({"act": "client.delete_member", "userid": userid, "external_userid": friend})
    return acts


async def none_is_left(instance: Instance, sql: str) -> bool:
    return bool(await instance.value(sql) == 0)


def true_members(told: dict[str, Any]) -> dict[str, set[str]]:
    return {one["chat_id"]: set(one["members"]) for one in told["groups"] if not one["dismissed"]}


async def known_members(instance: Instance) -> dict[str, set[str]]:
    sql = (
        "SELECT g.chat_id, m.member_id FROM client_group g JOIN membership m ON m.group_id = g.id"
        " WHERE g.status = 'active' AND m.left_at IS NULL"
    )
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in await instance.rows(sql):
        found[row["chat_id"]].add(row["member_id"])
    return dict(found)


async def known_contacts(instance: Instance) -> set[tuple[str, str]]:
    rows = await instance.rows("SELECT userid, external_userid FROM contact WHERE ended_at IS NULL")
    return {(row["userid"], row["external_userid"]) for row in rows}
