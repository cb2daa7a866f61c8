"""Fans whom the account doesn't want to hear from."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Fan
from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.oa.fans import fan_of

OK = {"errcode": 0, "errmsg": "ok"}
PAGE = 10_000
AT_ONCE = 20


def show(call: Call) -> dict[str, Any]:
    """Openids on the list, 10 000 per page, after `begin_openid`."""
    after = str(call.body.get("begin_openid") or "")
    listed = [fan.openid for fan in call.account.fans.values() if fan.blacklisted]
    start = 0
    if after:
        fan_of(call, after)
        start = listed.index(after) + 1 if after in listed else len(listed)
    rows = listed[start : start + PAGE]
    answer: dict[str, Any] = {"total": len(listed), "count": len(rows), "next_openid": rows[-1] if rows else ""}
    return {**answer, "data": {"openid": rows}} if rows else answer


def put(call: Call) -> dict[str, Any]:
    """Up to 20 fans onto the list."""
    for fan in _fans(call):
        fan.blacklisted, fan.blacklisted_at = True, call.world.now()
    return OK


def take(call: Call) -> dict[str, Any]:
    """Up to 20 fans off the list."""
    for fan in _fans(call):
        fan.blacklisted = False
    return OK


def _fans(call: Call) -> list[Fan]:
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= AT_ONCE:
        raise Problem(40032, "invalid openid list size")
    fans = [fan_of(call, str(openid)) for openid in openids]
    if not all(fan.subscribed or fan.blacklisted for fan in fans):
        raise Problem(49003, "openid isn't a fan of this appid")
    return fans


ENDPOINTS = (
    post("/oa/cgi-bin/tags/members/getblacklist", show),
    post("/oa/cgi-bin/tags/members/batchblacklist", put),
    post("/oa/cgi-bin/tags/members/batchunblacklist", take),
)
