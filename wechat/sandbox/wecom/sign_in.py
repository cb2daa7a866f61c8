"""Who signed in, what the apps are, and one id for another."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.oa.web_login import spend_code
from wechat.sandbox.visibility import visible_members
from wechat.sandbox.wecom.scope import seen_member

TICKET_S = 1800


def show_signed_in(call: Call) -> dict[str, Any]:
    """code -> userid of a member (with a ticket for the private scope), or external_userid of a client."""
    login = spend_code(call, call.corp.corpid, call.query.get("code", ""))
    who = login["who"]
    if who not in call.corp.members:
        return {"openid": call.world.ids.named("o", f"{call.corp.corpid}{who}", 28), "external_userid": who}
    if login.get("scope") != "snsapi_privateinfo":
        return {"userid": who}
    ticket = call.world.ids.secret("ut", 32)
    call.world.web_tokens[ticket] = {"member": who, "expires": call.world.clock.now() + TICKET_S}
    return {"userid": who, "user_ticket": ticket, "expires_in": TICKET_S}


def show_private(call: Call) -> dict[str, Any]:
    """What a member agreed to show: number, address of mail, QR code."""
    held = call.world.web_tokens.get(call.text("user_ticket"))
    if held is None or "member" not in held or call.world.clock.now() >= held["expires"]:
        raise Problem(40029, "invalid user_ticket")
    one = seen_member(call, held["member"])
    shown = {"userid": one.userid, "gender": "0", "avatar": "", "qr_code": "", "address": ""}
    return {**shown, "mobile": one.mobile, "email": one.email, "biz_mail": one.email}


def show_agent(call: Call) -> dict[str, Any]:
    """The app itself with its visible range; 301002 for another one."""
    agent = call.agent
    if call.query.get("agentid") != str(agent.agentid):
        raise Problem(301002, "not allow operate another agent with this accesstoken")
    users = [{"userid": one} for one in agent.scope.get("members", [])]
    return {
        "agentid": agent.agentid,
        "name": agent.name,
        "square_logo_url": "",
        "description": "",
        "allow_userinfos": {"user": users},
        "allow_partys": {"partyid": agent.scope.get("parties", [] if agent.scope else [1])},
        "allow_tags": {"tagid": agent.scope.get("tags", [])},
        "close": 0,
        "redirect_domain": "",
        "report_location_flag": 0,
        "isreportenter": 0,
        "home_url": "",
    }


def list_agents(call: Call) -> dict[str, Any]:
    """The apps that this token may speak for: its own."""
    row = {"agentid": call.agent.agentid, "name": call.agent.name, "square_logo_url": ""}
    return {"agentlist": [row]}


def give_openid(call: Call) -> dict[str, Any]:
    """userid -> openid."""
    return {"openid": _openid(call, seen_member(call, call.text("userid")).userid)}


def give_userid(call: Call) -> dict[str, Any]:
    """openid -> userid; 46004 when nobody has it."""
    wanted = call.text("openid")
    found = next((one for one in call.corp.members if _openid(call, one) == wanted), None)
    if found is None or call.corp.member(found) is None:
        raise Problem(46004, "user not exist")
    return {"userid": found}


def find_by_mobile(call: Call) -> dict[str, Any]:
    """Number -> userid; 46004 when nobody has it."""
    return _found(call, "mobile", call.text("mobile"))


def find_by_mail(call: Call) -> dict[str, Any]:
    """Address of mail -> userid; 46004 when nobody has it."""
    return _found(call, "email", call.text("email"))


def give_client_openid(call: Call) -> dict[str, Any]:
    """external_userid -> openid."""
    client = call.text("external_userid")
    if client not in call.corp.externals:
        raise Problem(40096, "invalid external userid")
    return {"openid": _openid(call, client)}


def give_client_of_union(call: Call) -> dict[str, Any]:
    """unionid -> external_userid of a client whom somebody knows; 84061 when nobody does."""
    found = call.corp.external_of_union(call.text("unionid"))
    if found is None or not call.corp.by_external.get(found.external_userid):
        raise Problem(84061, "not external contact")
    return {"external_userid": found.external_userid}


def _found(call: Call, name: str, value: str) -> dict[str, Any]:
    people = visible_members(call.corp, call.agent)
    found = next((one for one in people if getattr(one, name) == value), None)
    if found is None:
        raise Problem(46004, "user not exist")
    return {"userid": found.userid}


def _openid(call: Call, who: str) -> str:
    return call.world.ids.named("o", f"{call.corp.corpid}{who}", 28)


ENDPOINTS = (
    get("/wx/cgi-bin/auth/getuserinfo", show_signed_in),
    get("/wx/cgi-bin/user/getuserinfo", show_signed_in),
    post("/wx/cgi-bin/auth/getuserdetail", show_private),
    post("/wx/cgi-bin/user/getuserdetail", show_private),
    get("/wx/cgi-bin/agent/get", show_agent),
    get("/wx/cgi-bin/agent/list", list_agents),
    post("/wx/cgi-bin/user/getuserid", find_by_mobile),
    post("/wx/cgi-bin/user/get_userid_by_email", find_by_mail),
    post("/wx/cgi-bin/user/convert_to_openid", give_openid),
    post("/wx/cgi-bin/user/convert_to_userid", give_userid),
    post("/wx/cgi-bin/externalcontact/convert_to_openid", give_client_openid, capability="customer"),
    post("/wx/cgi-bin/externalcontact/unionid_to_external_userid", give_client_of_union, capability="customer"),
    post("/wx/cgi-bin/idconvert/unionid_to_external_userid", give_client_of_union, capability="customer"),
)
