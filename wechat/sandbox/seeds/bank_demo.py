"""A bank's private domain: given staff, many clients who know them, fans who are the same people, groups by branch."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.corps import Relation
from wechat.sandbox.seeds import names
from wechat.sandbox.seeds.planting import Planting

YEAR = 365
TAGS = {"客户关注": ("存款", "理财", "基金", "保险", "贵金属"), "客户来源": ("网点", "活动", "转介绍")}


async def plant(planting: Planting, fields: dict[str, Any]) -> dict[str, Any]:
    """{staff: [{userid, name, branch?}], clients? 200, groups? 8, fan_share? 0.6, extra_fans? clients/20}.

    A fan who is also a client carries the client's unionid. Groups hold clients of their owner; some clients sit in
    two groups, some know two members.
    """
    staff = [dict(row) for row in fields["staff"]]
    if not staff:
        raise ValueError("staff must name at least one member")
    for row in staff:
        if planting.world.corp().member(str(row["userid"])) is None:
            await planting.do("member.join", userid=str(row["userid"]), name=str(row.get("name") or row["userid"]))
    tags = [(await planting.do("tag.create", group=group, name=name))["id"] for group in TAGS for name in TAGS[group]]
    clients = await _clients(planting, staff, int(fields.get("clients", 200)), tags)
    share = float(fields.get("fan_share", 0.6))
    fans = await _fans(planting, clients, share, int(fields.get("extra_fans", len(clients) // 20)))
    groups = await _groups(planting, staff, int(fields.get("groups", 8)))
    return {"members": [row["userid"] for row in staff], "externals": clients, "fans": fans, "groups": groups}


async def _clients(planting: Planting, staff: list[dict[str, Any]], count: int, tags: list[str]) -> list[str]:
    rng, made = planting.rng, []
    for place in range(count):
        client, name = planting.name("wm", f"client{place}"), names.person(rng)
        unionid = planting.name("un", client, 28)
        told = {
            "external_userid": client,
            "name": name,
            "unionid": unionid,
            "add_way": rng.choice((1, 1, 1, 3, 4, 201)),
        }
        knows = rng.sample(staff, 2) if len(staff) > 1 and rng.random() < 0.1 else [rng.choice(staff)]
        for row in knows:
            state = str(row.get("branch", ""))
            await planting.do("client.add", userid=str(row["userid"]), state=state, welcome=planting.loud, **told)
            relation = planting.world.corp().relation(str(row["userid"]), client)
            if relation and not planting.loud:
                _age(planting, relation, tags)
        made.append(client)
    return made


def _age(planting: Planting, relation: Relation, tags: list[str]) -> None:
    rng = planting.rng
    relation.created = planting.past(YEAR)
    relation.chat_started = rng.random() < 0.7
    if relation.chat_started:
        relation.last_chat = float(rng.randrange(relation.created, planting.world.now() + 1))
    if rng.random() < 0.4:
        relation.tags = rng.sample(tags, rng.randrange(1, 3))


async def _fans(planting: Planting, clients: list[str], share: float, extra: int) -> list[str]:
    externals = planting.world.corp().externals
    people = [externals[one] for one in clients if planting.rng.random() < share]
    wanted = [(one.unionid, one.name) for one in people]
    wanted += [(planting.name("un", f"stranger{place}", 28), names.person(planting.rng)) for place in range(extra)]
    made = []
    for unionid, name in wanted:
        openid = planting.world.ids.named("o", unionid, 28)
        await planting.do("fan.subscribe", openid=openid, unionid=unionid, name=name)
        if not planting.loud:
            fan = planting.world.account().fans[openid]
            fan.subscribe_time, fan.allowance_until = planting.past(YEAR), 0.0
        made.append(openid)
    return made


async def _groups(planting: Planting, staff: list[dict[str, Any]], count: int) -> list[str]:
    rng, corp, made = planting.rng, planting.world.corp(), []
    for place in range(count):
        owner = staff[place % len(staff)]
        userid, branch = str(owner["userid"]), str(owner.get("branch", ""))
        chat = planting.name("wr", f"group{place}")
        topic, number = names.TOPICS[place % len(names.TOPICS)], place // len(names.TOPICS) + 1
        name = f"{branch}{topic}{number}群"
        await planting.do("group.create", owner=userid, name=name, chat_id=chat)
        known = list(corp.by_member.get(userid, {}))
        inside = rng.sample(known, min(len(known), rng.randrange(8, 120)))
        for start in range(0, len(inside), 20):
            await planting.do("group.join", chat_id=chat, ids=inside[start : start + 20], scene=3)
        if not planting.loud:
            corp.groups[chat].created = planting.world.now() - YEAR * 86_400
            for row in corp.groups[chat].members.values():
                row["join_time"] = planting.past(YEAR)
        made.append(chat)
    return made
