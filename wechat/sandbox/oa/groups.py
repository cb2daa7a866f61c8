"""The groups of before 2016, which tags replaced: still answered, for clients that still ask; a group is a tag."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa.fans import fan_of

OK = {"errcode": 0, "errmsg": "ok"}
NAME = 30
FIXED = {0: "未分组", 1: "黑名单", 2: "星标组"}


def show(call: Call) -> dict[str, Any]:
    """Every group with the number of fans in it."""
    groups = FIXED | call.account.tags
    counts = dict.fromkeys(groups, 0)
    for fan in call.account.fans.values():
        if fan.subscribed:
            counts[group_of(fan)] = counts.get(group_of(fan), 0) + 1
    return {"groups": [{"id": number, "name": name, "count": counts[number]} for number, name in groups.items()]}


def create(call: Call) -> dict[str, Any]:
    """A new group."""
    name = _name(call)
    number, call.account.next_tag = call.account.next_tag, call.account.next_tag + 1
    call.account.tags[number] = name
    return {"group": {"id": number, "name": name}}


def rename(call: Call) -> dict[str, Any]:
    """Another name for a group."""
    number = _number(call.account, (call.body.get("group") or {}).get("id"))
    call.account.tags[number] = _name(call)
    return OK


def delete(call: Call) -> dict[str, Any]:
    """Away with a group."""
    number = _number(call.account, (call.body.get("group") or {}).get("id"))
    for fan in call.account.fans.values():
        fan.tagids = [one for one in fan.tagids if one != number]
    del call.account.tags[number]
    return {}


def show_of(call: Call) -> dict[str, Any]:
    """The group of one fan."""
    return {"groupid": group_of(fan_of(call, str(call.body.get("openid", ""))))}


def move(call: Call) -> dict[str, Any]:
    """One fan into a group."""
    _move(call, [str(call.body.get("openid", ""))])
    return OK


def move_many(call: Call) -> dict[str, Any]:
    """Up to 50 fans into a group."""
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise Problem(40032, "invalid openid list size")
    _move(call, [str(one) for one in openids])
    return OK


def group_of(fan: Fan) -> int:
    """The group of a fan: the first tag, or none."""
    return fan.tagids[0] if fan.tagids else 0


def _move(call: Call, openids: list[str]) -> None:
    wanted = call.body.get("to_groupid")
    fans = [fan_of(call, openid) for openid in openids]
    number = 0 if wanted in (0, "0") else _number(call.account, wanted, fixed=True)
    for fan in fans:
        fan.tagids = [number] if number else []


def _number(account: Account, given: Any, fixed: bool = False) -> int:
    if not str(given).isdecimal() or int(str(given)) not in account.tags:
        raise Problem(40050, "invalid group id")
    if not fixed and int(str(given)) in FIXED:
        raise Problem(45058, "can't modify sys tag")
    return int(str(given))


def _name(call: Call) -> str:
    name = str((call.body.get("group") or {}).get("name") or "")
    if not 1 <= len(name) <= NAME:
        raise Problem(40051, "invalid group name")
    return name


ENDPOINTS = (
    either("/oa/cgi-bin/groups/get", show),
    post("/oa/cgi-bin/groups/create", create),
    post("/oa/cgi-bin/groups/update", rename),
    post("/oa/cgi-bin/groups/delete", delete),
    post("/oa/cgi-bin/groups/getid", show_of),
    post("/oa/cgi-bin/groups/members/update", move),
    post("/oa/cgi-bin/groups/members/batchupdate", move_many),
)
