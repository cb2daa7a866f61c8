"""Talks between a fan and customer service: opened, waiting, closed, and their records."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.account_content import KfSession
from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.oa.fans import fan_of
from wechat.sandbox.oa.service_desk import person_of
from wechat.sandbox.world import World

OK = {"errcode": 0, "errmsg": "ok"}
WAITING_SHOWN = 100
RECORDS_MOST = 10_000


def create(call: Call) -> dict[str, Any]:
    """A talk between a fan and somebody who is there."""
    person, openid = person_of(call.account, str(call.body.get("kf_account", ""))), str(call.body.get("openid", ""))
    fan_of(call, openid)
    if not person.online:
        raise Problem(65415, "kf is offline")
    present = open_session(call.account, openid)
    if present and present.kf_account not in ("", person.kf_account):
        raise Problem(65414, "session is accepted by another kf")
    begin(call.world, call.account, openid, person.kf_account)
    return OK


def close(call: Call) -> dict[str, Any]:
    """End a talk."""
    person, openid = person_of(call.account, str(call.body.get("kf_account", ""))), str(call.body.get("openid", ""))
    fan_of(call, openid)
    session = open_session(call.account, openid)
    if session is None or session.kf_account != person.kf_account:
        raise Problem(65413, "no session")
    end(call.world, call.account, session)
    return OK


def show(call: Call) -> dict[str, Any]:
    """With whom a fan talks now."""
    openid = call.query.get("openid", "")
    fan_of(call, openid)
    session = open_session(call.account, openid)
    if session is None or not session.kf_account:
        return {"createtime": 0, "kf_account": "", **OK}
    return {"createtime": session.created, "kf_account": session.kf_account, **OK}


def list_of_one(call: Call) -> dict[str, Any]:
    """Everybody one account talks with now."""
    person = person_of(call.account, call.query.get("kf_account", ""))
    mine = [one for one in call.account.kf_sessions if one.kf_account == person.kf_account and not one.closed]
    return {"sessionlist": [{"createtime": one.created, "openid": one.openid} for one in mine]}


def list_waiting(call: Call) -> dict[str, Any]:
    """Fans who wait for somebody, at most 100."""
    waiting = [one for one in call.account.kf_sessions if not one.kf_account and not one.closed]
    rows = [{"latest_time": one.created, "openid": one.openid} for one in waiting[:WAITING_SHOWN]]
    return {"count": len(waiting), "waitcaselist": rows}


def list_records(call: Call) -> dict[str, Any]:
    """What was said within a day: 2002 by staff, 2003 by the fan."""
    start, end = call.body.get("starttime"), call.body.get("endtime")
    if not isinstance(start, int) or not isinstance(end, int) or not 0 <= end - start <= 86_400:
        raise Problem(65416, "invalid time range")
    after, most = call.body.get("msgid", 1), call.body.get("number", 1)
    if not isinstance(after, int) or not isinstance(most, int) or not 1 <= most <= RECORDS_MOST:
        raise Problem(65416, "invalid number")
    within = [one for one in call.account.kf_records if start <= one["time"] <= end and one["msgid"] >= after]
    page = within[:most]
    last = page[-1]["msgid"] + 1 if page else after
    rows = [{name: value for name, value in one.items() if name != "msgid"} for one in page]
    return {"recordlist": rows, "number": len(rows), "msgid": last}


def begin(world: World, account: Account, openid: str, kf_account: str) -> None:
    """Open a talk, or let it wait when nobody is named; kf_create_session tells of it."""
    if account.hand_over(openid, kf_account, world.now()):
        world.tell_account(account, openid, {"Event": "kf_create_session", "KfAccount": kf_account})


def end(world: World, account: Account, session: KfSession) -> None:
    """Close a talk; kf_close_session tells of it."""
    session.closed = world.now()
    event = {"Event": "kf_close_session", "KfAccount": session.kf_account, "CloseType": "KF"}
    world.tell_account(account, session.openid, event)


def open_session(account: Account, openid: str) -> KfSession | None:
    """The fan's present talk, accepted or waiting."""
    return next((one for one in reversed(account.kf_sessions) if one.openid == openid and not one.closed), None)


ENDPOINTS = (
    post("/oa/customservice/kfsession/create", create),
    post("/oa/customservice/kfsession/close", close),
    get("/oa/customservice/kfsession/getsession", show),
    get("/oa/customservice/kfsession/getsessionlist", list_of_one),
    get("/oa/customservice/kfsession/getwaitcase", list_waiting),
    post("/oa/customservice/msgrecord/getmsglist", list_records),
)
