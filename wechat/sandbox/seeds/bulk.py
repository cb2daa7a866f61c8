"""Very many people at once, without acts: for load and for paging."""

from __future__ import annotations

import asyncio
from typing import Any

from wechat.sandbox.accounts import Fan
from wechat.sandbox.corps import External, Member, Relation
from wechat.sandbox.seeds.planting import BREATH, Planting

MOST = 1_000_000


async def plant(planting: Planting, fields: dict[str, Any]) -> dict[str, Any]:
    """{fans? 0, clients? 0, members? 1, window? seconds of an open message window, allowance? 5}."""
    if planting.loud:
        raise ValueError("bulk makes no callbacks; use bank-demo for that")
    fans, clients, members = (
        _count(fields, name, default) for name, default in (("fans", 0), ("clients", 0), ("members", 1))
    )
    await _fans(planting, fans, float(fields.get("window", 0)), int(fields.get("allowance", 5)))
    await _clients(planting, clients, members)
    return {"fans": fans, "clients": clients, "members": members}


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


async def _clients(planting: Planting, count: int, members: int) -> None:
    if not count:
        return
    world, corp = planting.world, planting.world.corp()
    now = world.now()
    for place in range(members):
        corp.members.setdefault(f"bulk{place}", Member(f"bulk{place}", f"客户经理{place}"))
    for place in range(count):
        client = planting.name("wm", f"bulk{place}")
        corp.externals[client] = External(client, f"客户{place}", planting.name("un", f"bulk{place}", 28))
        corp.relate(Relation(f"bulk{place % members}", client, now - place % 8_640_000))
        if place % BREATH == 0:
            await asyncio.sleep(0)
