"""The smallest useful place: two members, five clients, three fans, one group."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.seeds.planting import Planting

MEMBERS = (("zhang.wei", "张伟"), ("li.na", "李娜"))
CLIENTS = ("王芳", "刘洋", "陈静", "杨磊", "赵敏")


async def plant(planting: Planting, _fields: dict[str, Any]) -> dict[str, Any]:
    """Three clients of zhang.wei sit in the group, two belong to li.na; the first two clients are fans as well."""
    for userid, name in MEMBERS:
        await planting.do("member.join", userid=userid, name=name)
    clients, fans = [], []
    for place, name in enumerate(CLIENTS):
        client = planting.name("wm", f"client{place}")
        unionid = planting.name("un", f"union{place}", 28)
        userid = MEMBERS[0 if place < 3 else 1][0]
        await planting.do(
            "client.add", userid=userid, external_userid=client, name=name, unionid=unionid, welcome=False
        )
        clients.append(client)
    for place, name in enumerate((*CLIENTS[:2], "周婷")):
        openid = planting.name("o", f"fan{place}", 28)
        await planting.do(
            "fan.subscribe", openid=openid, name=name, unionid=planting.name("un", f"union{place % 9}", 28)
        )
        fans.append(openid)
    chat = planting.name("wr", "group0")
    await planting.do("group.create", owner=MEMBERS[0][0], name="贵宾客户交流群", chat_id=chat, members=clients[:3])
    return {"members": [userid for userid, _ in MEMBERS], "externals": clients, "fans": fans, "groups": [chat]}
