"""A corp's tokens, tickets, members and sign-in."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.oa.web_login import spend_code


def give_token(call: Call) -> dict[str, Any]:
    """The token of one app: the same value for its two hours."""
    corp = call.world.corps.get(call.query.get("corpid", ""))
    if corp is None:
        raise Problem(40013, "invalid corpid")
    secret = call.query.get("corpsecret", "")
    agent = next((one for one in corp.config.agents if one.secret == secret), None)
    if agent is None:
        raise Problem(40001, "invalid credential")
    now = call.world.clock.now()
    token = call.world.tokens.steady(f"wx:{corp.corpid}:{agent.agentid}", "app", now)
    return {"access_token": token.value, "expires_in": int(token.expires - now)}


def give_ticket(call: Call) -> dict[str, Any]:
    """The page-signature ticket of the corp, or of the app with `type=agent_config`."""
    now, scope = call.world.clock.now(), call.query.get("type", "corp")
    owner = f"{call.corp.corpid}:{call.agent.agentid}" if scope == "agent_config" else call.corp.corpid
    ticket = call.world.tokens.steady(f"ticket:wx:{owner}", "ticket", now)
    return {"ticket": ticket.value, "expires_in": int(ticket.expires - now)}


def list_callback_addresses(_call: Call) -> dict[str, Any]:
    """The addresses that callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


def list_members(call: Call) -> dict[str, Any]:
    """Present members of a department, with children when asked."""
    department = _department(call)
    wanted = _below(call, department) if call.query.get("fetch_child") == "1" else {department}
    rows = [one for one in call.corp.members.values() if not one.left and wanted & set(one.department)]
    return {"userlist": [{"userid": one.userid, "name": one.name, "department": one.department} for one in rows]}


def show_member(call: Call) -> dict[str, Any]:
    """One present member."""
    one = call.member(call.query.get("userid", ""))
    status = 1 if one.active else 4
    return {
        "userid": one.userid,
        "name": one.name,
        "department": one.department,
        "main_department": one.department[0],
        "position": one.position,
        "mobile": one.mobile,
        "gender": "0",
        "email": "",
        "avatar": "",
        "status": status,
        "enable": 1,
    }


def list_departments(call: Call) -> dict[str, Any]:
    """All departments."""
    rows = call.corp.departments.items()
    return {"department": [{"id": number, "order": number, **row} for number, row in rows]}


def list_ids(call: Call) -> dict[str, Any]:
    """Userids with their departments."""
    rows = [one for one in call.corp.members.values() if not one.left]
    return {"next_cursor": "", "dept_user": [{"userid": one.userid, "department": one.department[0]} for one in rows]}


def show_signed_in(call: Call) -> dict[str, Any]:
    """code -> userid of a member, or external_userid of a client."""
    login = spend_code(call, call.corp.corpid, call.query.get("code", ""))
    if login["who"] in call.corp.members:
        return {"userid": login["who"]}
    return {"openid": call.world.ids.take("o", 28), "external_userid": login["who"]}


def show_agent(call: Call) -> dict[str, Any]:
    """The app itself; 301002 for another one."""
    if call.query.get("agentid") != str(call.agent.agentid):
        raise Problem(301002, "not allow operate another agent with this accesstoken")
    return {"agentid": call.agent.agentid, "name": call.agent.name, "close": 0}


def _department(call: Call) -> int:
    text = call.query.get("department_id", "1")
    if not text.isdecimal() or int(text) not in call.corp.departments:
        raise Problem(60003, "department not found")
    return int(text)


def _below(call: Call, top: int) -> set[int]:
    found = {top}
    while more := {number for number, row in call.corp.departments.items() if row["parentid"] in found} - found:
        found |= more
    return found


ENDPOINTS = (
    get("/wx/cgi-bin/gettoken", give_token, token=False),
    get("/wx/cgi-bin/getcallbackip", list_callback_addresses),
    get("/wx/cgi-bin/get_api_domain_ip", list_callback_addresses),
    get("/wx/cgi-bin/get_jsapi_ticket", give_ticket),
    get("/wx/cgi-bin/ticket/get", give_ticket),
    get("/wx/cgi-bin/user/simplelist", list_members),
    get("/wx/cgi-bin/user/get", show_member),
    post("/wx/cgi-bin/user/list_id", list_ids),
    get("/wx/cgi-bin/department/list", list_departments),
    get("/wx/cgi-bin/auth/getuserinfo", show_signed_in),
    get("/wx/cgi-bin/user/getuserinfo", show_signed_in),
    get("/wx/cgi-bin/agent/get", show_agent),
)
