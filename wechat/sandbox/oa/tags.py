"""Tags of an official account and the fans who carry them."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa.fans import fan_of

OK = {"errcode": 0, "errmsg": "ok"}
PAGE = 10_000
TAGS = 100
TAGS_A_FAN = 20
NAME_BYTES = 30
TOO_MANY_TO_DELETE = 100_000
SYSTEM = frozenset({0, 1, 2})


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
    name = _name(account, call.body.get("tag"))
    if len(account.tags) - len(SYSTEM & account.tags.keys()) >= TAGS:
        raise Problem(45056, "too many tag now, no need to add new")
    tag, account.next_tag = account.next_tag, account.next_tag + 1
    account.tags[tag] = name
    return {"tag": {"id": tag, "name": name}}


def rename_tag(call: Call) -> dict[str, Any]:
    """Another name for a tag of one's own."""
    wanted = call.body.get("tag")
    tag = _tag(call.account, wanted.get("id") if isinstance(wanted, dict) else None)
    _spare_system(tag)
    call.account.tags[tag] = _name(call.account, wanted, tag)
    return OK


def delete_tag(call: Call) -> dict[str, Any]:
    """Away with a tag of one's own, from all fans; refused above 100 000 of them."""
    wanted = call.body.get("tag")
    tag = _tag(call.account, wanted.get("id") if isinstance(wanted, dict) else None)
    _spare_system(tag)
    carriers = [fan for fan in call.account.fans.values() if tag in fan.tagids]
    if len(carriers) > TOO_MANY_TO_DELETE:
        raise Problem(45057, "can't delete the tag that has too many fans")
    for fan in carriers:
        fan.tagids.remove(tag)
    del call.account.tags[tag]
    return OK


def list_carriers(call: Call) -> dict[str, Any]:
    """Fans who carry a tag, 10 000 per page, after `next_openid`."""
    tag = _tag(call.account, call.body.get("tagid"))
    after = str(call.body.get("next_openid") or "")
    openids = [fan.openid for fan in call.account.fans.values() if fan.subscribed and tag in fan.tagids]
    start = 0
    if after:
        fan_of(call, after)
        start = openids.index(after) + 1 if after in openids else len(openids)
    rows = openids[start : start + PAGE]
    answer: dict[str, Any] = {"count": len(rows), "next_openid": rows[-1] if rows else ""}
    return {**answer, "data": {"openid": rows}} if rows else answer


def put_tag(call: Call) -> dict[str, Any]:
    """Give a tag to up to 50 fans; 45059 when one has 20 already."""
    tag, fans = _tag_and_fans(call)
    for fan in fans:
        if tag not in fan.tagids and len(fan.tagids) >= TAGS_A_FAN:
            raise Problem(45059, "can't add this tag to user, user has too many tags")
    for fan in fans:
        if tag not in fan.tagids:
            fan.tagids.append(tag)
    return OK


def take_tag(call: Call) -> dict[str, Any]:
    """Take a tag from up to 50 fans."""
    tag, fans = _tag_and_fans(call)
    for fan in fans:
        if tag in fan.tagids:
            fan.tagids.remove(tag)
    return OK


def list_tags_of_fan(call: Call) -> dict[str, Any]:
    """The tags that one fan carries."""
    fan = fan_of(call, str(call.body.get("openid", "")))
    if not fan.subscribed:
        raise Problem(49003, "openid isn't a fan of this appid")
    return {"tagid_list": list(fan.tagids)}


def _tag(account: Account, tag: Any) -> int:
    if isinstance(tag, bool) or not isinstance(tag, int | str) or not str(tag).isdecimal():
        raise Problem(45159, "invalid tag id")
    if int(tag) in account.tags:
        return int(tag)
    raise Problem(45058 if int(tag) in SYSTEM else 45159, "invalid tag id")


def _spare_system(tag: int) -> None:
    if tag in SYSTEM:
        raise Problem(45058, "can't modify sys tag")


def _name(account: Account, wanted: Any, mine: int = -1) -> str:
    name = str(wanted.get("name") or "") if isinstance(wanted, dict) else ""
    if len(name.encode()) > NAME_BYTES:
        raise Problem(45158, "invalid tag name, the length is out of 30 bytes")
    if not name or any(known == name and tag != mine for tag, known in account.tags.items()):
        raise Problem(45157, "invalid tag name")
    return name


def _tag_and_fans(call: Call) -> tuple[int, list[Fan]]:
    tag = _tag(call.account, call.body.get("tagid"))
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 50:
        raise Problem(40032, "invalid openid list size")
    fans = [fan_of(call, str(openid)) for openid in openids]
    if not all(fan.subscribed for fan in fans):
        raise Problem(49003, "openid isn't a fan of this appid")
    return tag, fans


ENDPOINTS = (
    either("/oa/cgi-bin/tags/get", list_tags),
    post("/oa/cgi-bin/tags/create", create_tag),
    post("/oa/cgi-bin/tags/update", rename_tag),
    post("/oa/cgi-bin/tags/delete", delete_tag),
    either("/oa/cgi-bin/user/tag/get", list_carriers),
    post("/oa/cgi-bin/tags/members/batchtagging", put_tag),
    post("/oa/cgi-bin/tags/members/batchuntagging", take_tag),
    post("/oa/cgi-bin/tags/getidlist", list_tags_of_fan),
)
