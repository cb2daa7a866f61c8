"""The people who answer fans: customer-service accounts, their invitation and who is there."""

from __future__ import annotations

import re
from typing import Any

from wechat.sandbox.account_content import KfAccount
from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Problem, either, get, post
from wechat.sandbox.oa import uploads

OK = {"errcode": 0, "errmsg": "ok"}
MOST = 100
NICK = 16
INVITED_S = 86_400
NAME = re.compile(r"[A-Za-z0-9_]{1,10}@[\w.-]+")


def add(call: Call) -> dict[str, Any]:
    """A new account, named prefix@wechat-id, at most 100."""
    account, name = call.account, _name(call)
    if name in account.kf_accounts:
        raise Problem(65406, "kf_account exsited")
    if len(account.kf_accounts) >= MOST:
        raise Problem(65405, "kf_account count out of limit")
    number = 1001 + max((one.kf_id - 1000 for one in account.kf_accounts.values()), default=0)
    account.kf_accounts[name] = KfAccount(name, number, _nick(call))
    return OK


def rename(call: Call) -> dict[str, Any]:
    """Another nickname."""
    person_of(call.account, _name(call)).nick = _nick(call)
    return OK


def delete(call: Call) -> dict[str, Any]:
    """Away with an account; its open sessions end."""
    name = call.query.get("kf_account") or (str(call.body.get("kf_account", "")) if call.raw.strip() else "")
    person_of(call.account, name)
    for session in call.account.kf_sessions:
        if session.kf_account == name and not session.closed:
            session.closed = call.world.now()
    del call.account.kf_accounts[name]
    return OK


def invite(call: Call) -> dict[str, Any]:
    """Ask somebody's WeChat to become this account; here they accept at once."""
    person, wx = person_of(call.account, _name(call)), str(call.body.get("invite_wx", ""))
    if not wx:
        raise Problem(65407, "invalid invite_wx")
    if person.wx:
        raise Problem(65412, "kf_account already has a wechat")
    if any(one.wx == wx for one in call.account.kf_accounts.values()):
        raise Problem(65408, "wechat is already a kf")
    person.wx, person.invited, person.invite_expires = wx, wx, call.world.now() + INVITED_S
    person.online = True
    return OK


def set_picture(call: Call) -> dict[str, Any]:
    """The picture of an account."""
    person = person_of(call.account, call.query.get("kf_account", ""))
    form = uploads.read(call)
    if uploads.kind_of(form.name, form.data or b"") not in ("jpg", "jpeg", "png"):
        raise Problem(40005, "invalid file type")
    media = uploads.keep(call, "image", form)
    person.headimg = f"{call.base}/mp/mmbiz?id={media.media_id}"
    return OK


def list_all(call: Call) -> dict[str, Any]:
    """Every account."""
    rows = []
    for one in call.account.kf_accounts.values():
        row = {"kf_account": one.kf_account, "kf_headimgurl": one.headimg, "kf_id": one.kf_id, "kf_nick": one.nick}
        rows.append({**row, "kf_wx": one.wx} if one.wx else row)
    return {"kf_list": rows}


def list_online(call: Call) -> dict[str, Any]:
    """Who is there now, with how many sessions."""
    open_now = [one.kf_account for one in call.account.kf_sessions if one.kf_account and not one.closed]
    rows = [
        {"kf_account": one.kf_account, "status": 1, "kf_id": one.kf_id, "accepted_case": open_now.count(one.kf_account)}
        for one in call.account.kf_accounts.values()
        if one.online
    ]
    return {"kf_online_list": rows}


def person_of(account: Account, name: str) -> KfAccount:
    """The customer-service account of this name; 65401 when there is none."""
    found = account.kf_accounts.get(name)
    if found is None:
        raise Problem(65401, "invalid kf_account")
    return found


def _name(call: Call) -> str:
    name = str(call.body.get("kf_account", ""))
    if not NAME.fullmatch(name):
        raise Problem(65403 if len(name.partition("@")[0]) > 10 else 65401, "invalid kf_account")
    return name


def _nick(call: Call) -> str:
    nick = str(call.body.get("nickname", ""))
    if not 1 <= len(nick) <= NICK:
        raise Problem(65402, "invalid kf nick")
    return nick


ENDPOINTS = (
    post("/oa/customservice/kfaccount/add", add),
    post("/oa/customservice/kfaccount/update", rename),
    either("/oa/customservice/kfaccount/del", delete),
    post("/oa/customservice/kfaccount/inviteworker", invite),
    post("/oa/customservice/kfaccount/uploadheadimg", set_picture),
    get("/oa/cgi-bin/customservice/getkflist", list_all),
    get("/oa/cgi-bin/customservice/getonlinekflist", list_online),
    # where older clients ask
    get("/oa/customservice/getkflist", list_all),
    get("/oa/customservice/getonlinekflist", list_online),
)
