"""Very many people at once, without acts: for load and for paging."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import Any

from wechat.sandbox.accounts import Fan
from wechat.sandbox.acts import groups as acts
from wechat.sandbox.corps import External, Member, Relation, Tag
from wechat.sandbox.seeds.planting import BREATH, Planting
from wechat.sandbox.wecom import contact_tags

MOST = 1_000_000


async def plant(planting: Planting, fields: dict[str, Any]) -> dict[str, Any]:
    """{fans? 0, clients? 0, members? 1, groups? 0, group_size? 200, tags? 0, window? seconds of an open window, ...}.

    The first fans and the first clients are the same people. `allowance` (5) is how many messages the window lets
    through; groups hold clients of their owner; with tags every third client carries one.
    """
    if planting.loud:
        raise ValueError("bulk makes no callbacks; use bank-demo for that")
    fans, clients, members = _count(fields, "fans", 0), _count(fields, "clients", 0), _count(fields, "members", 1)
    groups, size, tags = _count(fields, "groups", 0), _count(fields, "group_size", 200), _count(fields, "tags", 0)
    await _fans(planting, fans, float(fields.get("window", 0)), int(fields.get("allowance", 5)))
    await _clients(planting, clients, members, tags)
    await _groups(planting, groups, size, members)
    return {"fans": fans, "clients": clients, "members": members, "groups": groups, "tags": tags}


def _count(fields: dict[str, Any], name: str, default: int) -> int:
    count = int(fields.get(name, default))
    if not 0 <= count <= MOST:
        raise ValueError(f"{name} is 0 to {MOST}")
    return count


async def _fans(planting: Planting, count: int, window: float, allowance: int) -> None:
    if not count:
        return
    world, account = planting.world, planting.world.account()
    now = world.now()
    for place in range(count):
        openid = planting.name("o", f"bulk{place}", 28)
        fan = Fan(openid, planting.name("un", f"bulk{place}", 28), f"粉丝{place}", True, now - place % 8_640_000)
        if window:
            fan.allowance_left, fan.allowance_until = allowance, now + window
        account.fans[openid] = fan
        if place % BREATH == 0:
            await asyncio.sleep(0)


async def _clients(planting: Planting, count: int, members: int, tags: int) -> None:
    if not count:
        return
    world, corp = planting.world, planting.world.corp()
    now = world.now()
    marks = [tag.id for tag in _tags(planting, tags)]
    for place in range(members):
        corp.members.setdefault(f"bulk{place}", Member(f"bulk{place}", f"客户经理{place}"))
    for place in range(count):
        client = planting.name("wm", f"bulk{place}")
        corp.externals[client] = External(client, f"客户{place}", planting.name("un", f"bulk{place}", 28))
        relation = Relation(f"bulk{place % members}", client, now - place % 8_640_000)
        if marks and place % 3 == 0:
            relation.tags = [marks[place // 3 % len(marks)]]
        corp.relate(relation)
        if place % BREATH == 0:
            await asyncio.sleep(0)


def _tags(planting: Planting, count: int) -> list[Tag]:
    world, corp = planting.world, planting.world.corp()
    named = [f"标签{place}" for place in range(min(count, 3000))]
    return contact_tags.put(corp, world.ids, "批量", named, world.now()) if named else []


async def _groups(planting: Planting, count: int, size: int, members: int) -> None:
    if not count:
        return
    world, corp = planting.world, planting.world.corp()
    turn: dict[str, int] = {}
    for place in range(count):
        owner = f"bulk{place % members}"
        chat = acts.make(world, corp, owner, f"客户群{place}", planting.name("wr", f"bulk{place}"))
        start = turn.get(owner, 0)
        known = corp.by_member.get(owner, {})
        inside = list(islice(known, start, start + size)) or list(islice(known, size))
        turn[owner] = start + size if start + size < len(known) else 0
        acts.seat(world, corp, chat, inside, 3)
        await asyncio.sleep(0)
