"""A corp's members and departments as an app may see them."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, page, post
from wechat.sandbox.corps import Member
from wechat.sandbox.visibility import below, parties_of, visible_members
from wechat.sandbox.wecom.scope import seen_member


def list_members(call: Call) -> dict[str, Any]:
    """Present members of a department, with children when asked: ids, names and departments."""
    rows = [{"userid": one.userid, "name": one.name, "department": one.department} for one in _members_below(call)]
    return {"userlist": rows}


def list_members_whole(call: Call) -> dict[str, Any]:
    """Present members of a department with everything an app may know of them."""
    return {"userlist": [describe(one) for one in _members_below(call)]}


def show_member(call: Call) -> dict[str, Any]:
    """One present member."""
    return describe(seen_member(call, call.query.get("userid", "")))


def list_ids(call: Call) -> dict[str, Any]:
    """Userids with each of their departments, up to 10 000 per page."""
    rows = [
        {"userid": one.userid, "department": number}
        for one in visible_members(call.corp, call.agent)
        for number in one.department
    ]
    shown, cursor = page(rows, str(call.body.get("cursor") or ""), call.number("limit", 10_000, 10_000))
    return {"next_cursor": cursor, "dept_user": shown}


def list_departments(call: Call) -> dict[str, Any]:
    """All departments in the app's range, or one with those under it."""
    return {"department": [_department_row(call, number) for number in _wanted(call)]}


def list_department_ids(call: Call) -> dict[str, Any]:
    """The same departments, without names."""
    rows = [_department_row(call, number) for number in _wanted(call)]
    return {"department_id": [{name: row[name] for name in ("id", "parentid", "order")} for row in rows]}


def show_department(call: Call) -> dict[str, Any]:
    """One department."""
    return {"department": _department_row(call, _department(call, "id"))}


def describe(one: Member) -> dict[str, Any]:
    """A member as the platform shows them to a self-built app."""
    return {
        "userid": one.userid,
        "name": one.name,
        "department": one.department,
        "order": [0] * len(one.department),
        "is_leader_in_dept": [0] * len(one.department),
        "direct_leader": [],
        "main_department": one.department[0],
        "position": one.position,
        "mobile": one.mobile,
        "gender": "0",
        "email": one.email,
        "avatar": "",
        "telephone": "",
        "alias": "",
        "status": 1 if one.active else 4,
        "enable": 1,
        "isleader": 0,
        "extattr": {"attrs": []},
    }


def _members_below(call: Call) -> list[Member]:
    top = _department(call, "department_id")
    wanted = below(call.corp, {top}) if call.query.get("fetch_child") == "1" else {top}
    return [one for one in visible_members(call.corp, call.agent) if wanted & set(one.department)]


def _wanted(call: Call) -> list[int]:
    seen = parties_of(call.corp, call.agent)
    wanted = below(call.corp, {_department(call, "id")}) if call.query.get("id") else seen
    return [number for number in call.corp.departments if number in wanted and number in seen]


def _department(call: Call, name: str) -> int:
    text = call.query.get(name) or "1"
    if not text.isdecimal() or int(text) not in call.corp.departments:
        raise Problem(60003, "department not found")
    number = int(text)
    if number not in parties_of(call.corp, call.agent) and not call.agent.scope.get("members"):
        raise Problem(60011, "no privilege to access/modify contact/party/agent")
    return number


def _department_row(call: Call, number: int) -> dict[str, Any]:
    return {"id": number, "name_en": "", "department_leader": [], "order": number, **call.corp.departments[number]}


ENDPOINTS = (
    get("/wx/cgi-bin/user/simplelist", list_members),
    get("/wx/cgi-bin/user/list", list_members_whole),
    get("/wx/cgi-bin/user/get", show_member),
    post("/wx/cgi-bin/user/list_id", list_ids),
    get("/wx/cgi-bin/department/list", list_departments),
    get("/wx/cgi-bin/department/simplelist", list_department_ids),
    get("/wx/cgi-bin/department/get", show_department),
)
