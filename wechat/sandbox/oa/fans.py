"""Fans of an official account, and the tags they carry."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Fan
from wechat.sandbox.calls import Call, Problem, get, post

PAGE = 10_000
TAGS = 100
TAGS_A_FAN = 20


def list_fans(call: Call) -> dict[str, Any]:
    """Openids of all who follow, 10 000 per page, after `next_openid`."""
    openids = [fan.openid for fan in call.account.fans.values() if fan.subscribed]
    after = call.query.get("next_openid", "")
    start = 0
    if after:
        if after not in call.account.fans:
            raise Problem(40003, "invalid openid")
        start = openids.index(after) + 1 if after in openids else len(openids)
    rows = openids[start : start + PAGE]
    answer: dict[str, Any] = {"total": len(openids), "count": len(rows), "next_openid": rows[-1] if rows else ""}
    return {**answer, "data": {"openid": rows}} if rows else answer


def show_fan(call: Call) -> dict[str, Any]:
    """One fan; who doesn't follow shows only that."""
    return describe(_fan(call, call.query.get("openid", "")))


def show_fans(call: Call) -> dict[str, Any]:
    """Up to 100 fans."""
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise Problem(40032, "invalid openid list size")
    return {"user_info_list": [describe(_fan(call, str(one.get("openid", "")))) for one in wanted]}


def set_remark(call: Call) -> dict[str, Any]:
    """The account's own note on a fan."""
    remark = str(call.body.get("remark", ""))
    if len(remark) >= 30:
        raise Problem(40058, "remark too long")
    _fan(call, call.text("openid", 40003)).remark = remark
    return {"errcode": 0, "errmsg": "ok"}


def list_tags(call: Call) -> dict[str, Any]:
    """All tags with the number of fans."""
    counts = dict.fromkeys(call.account.tags, 0)
    for fan in call.account.fans.values():
        for tag in fan.tagids:
            counts[tag] = counts.get(tag, 0) + 1
    return {"tags": [{"id": tag, "name": name, "count": counts[tag]} for tag, name in call.account.tags.items()]}


def create_tag(call: Call) -> dict[str, Any]:
    """A new tag: at most 100, names unique and at most 30 bytes."""
    account = call.account
    name = str((call.body.get("tag") or {}).get("name", ""))
    if len(name.encode()) > 30:
        raise Problem(45158, "tag name too long")
    if not name or name in account.tags.values():
        raise Problem(45157, "invalid tag name")
    if len(account.tags) >= TAGS:
        raise Problem(45056, "too many tags")
    tag, account.next_tag = account.next_tag, account.next_tag + 1
    account.tags[tag] = name
    return {"tag": {"id": tag, "name": name}}


def put_tag(call: Call) -> dict[str, Any]:
    """Give a tag to up to 50 fans; 45059 when one has 20 already."""
    tag, fans = _tag_and_fans(call)
    for fan in fans:
        if tag not in fan.tagids and len(fan.tagids) >= TAGS_A_FAN:
            raise Problem(45059, "user has too many tags")
    for fan in fans:
        if tag not in fan.tagids:
            fan.tagids.append(tag)
    return {"errcode": 0, "errmsg": "ok"}


def take_tag(call: Call) -> dict[str, Any]:
    """Take a tag from up to 50 fans."""
    tag, fans = _tag_and_fans(call)
    for fan in fans:
        if tag in fan.tagids:
            fan.tagids.remove(tag)
    return {"errcode": 0, "errmsg": "ok"}


def describe(fan: Fan) -> dict[str, Any]:
    """A fan as the platform shows them: no nickname since 2021-12-27."""
    if not fan.subscribed:
        return {"subscribe": 0, "openid": fan.openid}
    return {
        "subscribe": 1,
        "openid": fan.openid,
        "language": "zh_CN",
        "subscribe_time": fan.subscribe_time,
        **({"unionid": fan.unionid} if fan.unionid else {}),
        "remark": fan.remark,
        "groupid": 0,
        "tagid_list": list(fan.tagids),
        "subscribe_scene": fan.scene,
        "qr_scene": int(fan.qr_scene) if fan.qr_scene.isdecimal() else 0,
        "qr_scene_str": "" if fan.qr_scene.isdecimal() else fan.qr_scene,
    }


def _fan(call: Call, openid: str) -> Fan:
    fan = call.account.fans.get(openid)
    if fan is None:
        raise Problem(40003, "invalid openid")
    return fan


def _tag_and_fans(call: Call) -> tuple[int, list[Fan]]:
    tag = call.body.get("tagid")
    if tag not in call.account.tags:
        raise Problem(45159, "invalid tag")
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise Problem(40032, "invalid openid list size")
    fans = [_fan(call, str(openid)) for openid in openids]
    if not all(fan.subscribed for fan in fans):
        raise Problem(49003, "openid isn't a fan of this appid")
    return tag, fans


ENDPOINTS = (
    get("/oa/cgi-bin/user/get", list_fans),
    get("/oa/cgi-bin/user/info", show_fan),
    post("/oa/cgi-bin/user/info/batchget", show_fans),
    post("/oa/cgi-bin/user/info/updateremark", set_remark),
    get("/oa/cgi-bin/tags/get", list_tags),
    post("/oa/cgi-bin/tags/create", create_tag),
    post("/oa/cgi-bin/tags/members/batchtagging", put_tag),
    post("/oa/cgi-bin/tags/members/batchuntagging", take_tag),
)
