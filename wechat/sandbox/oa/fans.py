"""Fans of an official account: who follows, what is known of them, and the account's own remark."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Fan
from wechat.sandbox.calls import Call, Problem, get, post

PAGE = 10_000


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
    return describe(fan_of(call, call.query.get("openid", "")))


def show_fans(call: Call) -> dict[str, Any]:
    """Up to 100 fans."""
    wanted = call.body.get("user_list")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= 100:
        raise Problem(40032, "invalid openid list size")
    return {"user_info_list": [describe(fan_of(call, str(one.get("openid", "")))) for one in wanted]}


def set_remark(call: Call) -> dict[str, Any]:
    """The account's own note on a fan."""
    remark = str(call.body.get("remark", ""))
    if len(remark) >= 30:
        raise Problem(40058, "remark too long")
    fan_of(call, call.text("openid", 40003)).remark = remark
    return {"errcode": 0, "errmsg": "ok"}


def translate(call: Call) -> dict[str, Any]:
    """The openids of this account for fans of an account that moved into it; the sandbox knows no such move."""
    openids = call.body.get("openid_list")
    if not isinstance(openids, list) or not 1 <= len(openids) <= 100:
        raise Problem(40032, "invalid openid list size")
    if str(call.body.get("from_appid", "")) not in call.world.accounts:
        raise Problem(63178, "from_appid is not migrated to this appid")
    rows = [{"ori_openid": str(one), "err_msg": "ori_openid error"} for one in openids]
    return {"errcode": 0, "errmsg": "ok", "result_list": rows}


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
        "groupid": fan.tagids[0] if fan.tagids else 0,
        "tagid_list": list(fan.tagids),
        "subscribe_scene": fan.scene,
        "qr_scene": int(fan.qr_scene) if fan.qr_scene.isdecimal() else 0,
        "qr_scene_str": "" if fan.qr_scene.isdecimal() else fan.qr_scene,
    }


def fan_of(call: Call, openid: str) -> Fan:
    """A known person; 40003 otherwise."""
    fan = call.account.fans.get(openid)
    if fan is None:
        raise Problem(40003, "invalid openid")
    return fan


ENDPOINTS = (
    get("/oa/cgi-bin/user/get", list_fans),
    get("/oa/cgi-bin/user/info", show_fan),
    post("/oa/cgi-bin/user/info/batchget", show_fans),
    post("/oa/cgi-bin/user/info/updateremark", set_remark),
    post("/oa/cgi-bin/changeopenid", translate),
)
