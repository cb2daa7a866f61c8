"""External contacts: who knows whom, what a member noted, and the welcome message."""

from __future__ import annotations

from itertools import islice
from typing import Any

from wechat.sandbox.calls import Call, Problem, cursor_for, get, page, place, post
from wechat.sandbox.corps import Corp, External, Relation, Tag
from wechat.sandbox.visibility import sees, visible_members
from wechat.sandbox.wecom import content
from wechat.sandbox.wecom.scope import contact_member

FOLLOWERS_A_PAGE = 500
NOTES = (("remark", "remark", 20), ("description", "description", 150), ("remark_company", "remark_company", 20))
"""Fields of a remark, where they are kept and the most characters of each."""


def list_follow_users(call: Call) -> dict[str, Any]:
    """Members who may have clients."""
    seen = visible_members(call.corp, call.agent)
    return {"follow_user": [one.userid for one in seen if one.active and one.may_contact]}


def list_clients(call: Call) -> dict[str, Any]:
    """All clients of a member; 84061 when there are none."""
    member = contact_member(call, call.query.get("userid", ""))
    relations = call.corp.by_member.get(member.userid)
    if not relations:
        raise Problem(84061, "not external contact")
    return {"external_userid": list(relations)}


def show_client(call: Call) -> dict[str, Any]:
    """One client with the members who have them, 500 per page."""
    external = call.corp.externals.get(call.query.get("external_userid", ""))
    if external is None:
        raise Problem(40096, "invalid external userid")
    relations = list(call.corp.by_external.get(external.external_userid, {}).values())
    if not relations:
        raise Problem(84061, "not external contact")
    rows, cursor = page(relations, call.query.get("cursor", ""), FOLLOWERS_A_PAGE)
    answer = {"external_contact": describe(external), "follow_user": [_follow(call.corp, one) for one in rows]}
    return {**answer, "next_cursor": cursor} if cursor else answer


def list_clients_of_members(call: Call) -> dict[str, Any]:
    """Relations of up to 100 members, up to 100 per page."""
    # The call's older form names one member; libraries still send it.
    userids = call.names("userid_list", 100) or [one for one in [str(call.body.get("userid") or "")] if one]
    if not userids:
        raise Problem(40058, "missing userid_list")
    known = [one.userid for one in map(call.corp.member, userids) if one and sees(call.corp, call.agent, one)]
    limit, corp = call.number("limit", 50, 100), call.corp
    start = place(str(call.body.get("cursor") or ""))
    everything = (one for userid in known for one in corp.by_member.get(userid, {}).values())
    rows = list(islice(everything, start, start + limit + 1))
    found = []
    for one in rows[:limit]:
        follow = {name: value for name, value in _follow(corp, one).items() if name != "tags"}
        follow["tag_id"] = list(one.tags)
        found.append({"external_contact": describe(corp.externals[one.external_userid]), "follow_info": follow})
    cursor = cursor_for(start + limit) if len(rows) > limit else ""
    missing = [userid for userid in userids if userid not in known]
    return {
        "external_contact_list": found,
        "next_cursor": cursor,
        **({"fail_info": {"unlicensed_userid_list": missing}} if missing else {}),
    }


def set_remark(call: Call) -> dict[str, Any]:
    """What a member noted on a client; given fields overwrite, `[""]` clears the numbers."""
    relation = _relation(call)
    for name, target, most in NOTES:
        if isinstance(value := call.body.get(name), str):
            if len(value) > most:
                raise Problem(40058, f"{name} too long")
            setattr(relation, target, value)
    if "remark_mobiles" in call.body:
        relation.remark_mobiles = [number for number in call.names("remark_mobiles", 5) if number]
    return {}


def mark_tag(call: Call) -> dict[str, Any]:
    """Add and remove corp tags on one relation; 40068 for an unknown tag."""
    relation = _relation(call)
    added, removed = call.names("add_tag", 3000), call.names("remove_tag", 3000)
    if any(tag not in call.corp.tags and tag not in call.corp.strategy_tags for tag in [*added, *removed]):
        raise Problem(40068, "invalid tagid")
    relation.tags = [tag for tag in dict.fromkeys([*relation.tags, *added]) if tag not in removed]
    return {}


def send_welcome(call: Call) -> dict[str, Any]:
    """Greet a new contact: once, within the seconds of the code, before the chat has started."""
    content.check(call)
    code = call.corp.welcome_codes.get(str(call.body.get("welcome_code", "")))
    if code is None or call.world.clock.now() >= code.expires:
        raise Problem(41050, "invalid welcome code or expired")
    if code.used_by is not None:
        raise Problem(41096 if code.used_by == call.agent.agentid else 41051, "welcome message already sent")
    relation = call.corp.relation(code.userid, code.external_userid)
    if relation is None or relation.chat_started:
        raise Problem(41051, "externaluser has started chatting")
    code.used_by = call.agent.agentid
    text = content.readable(call.body)
    call.world.deliver("welcome", [code.external_userid], text, msgid=code.code, sender=code.userid)
    return {}


def describe(external: External) -> dict[str, Any]:
    """A client as the platform shows them."""
    shown: dict[str, Any] = {"external_userid": external.external_userid, "name": external.name, "type": external.type}
    shown |= {"avatar": "", "gender": external.gender}
    return {**shown, "unionid": external.unionid} if external.unionid else shown


def _follow(corp: Corp, one: Relation) -> dict[str, Any]:
    tags = [tag for tag in (corp.tags.get(name) or corp.strategy_tags.get(name) for name in one.tags) if tag]
    return {
        "userid": one.userid,
        "remark": one.remark,
        "description": one.description,
        "createtime": one.created,
        "tags": [_tag_row(tag) for tag in tags],
        "remark_corp_name": one.remark_company,
        "remark_mobiles": list(one.remark_mobiles),
        "oper_userid": one.oper_userid or one.userid,
        "add_way": one.add_way,
        "state": one.state,
    }


def _tag_row(tag: Tag) -> dict[str, Any]:
    row = {"group_name": tag.group_name, "tag_name": tag.name, "tag_id": tag.id}
    return {**row, "type": 3 if tag.strategy else 1}


def _relation(call: Call) -> Relation:
    member = contact_member(call, call.text("userid"))
    relation = call.corp.relation(member.userid, call.text("external_userid"))
    if relation is None:
        known = call.body["external_userid"] in call.corp.externals
        raise Problem(84061 if known else 40096, "not external contact")
    return relation


ENDPOINTS = (
    get("/wx/cgi-bin/externalcontact/get_follow_user_list", list_follow_users, capability="customer"),
    get("/wx/cgi-bin/externalcontact/list", list_clients, capability="customer"),
    get("/wx/cgi-bin/externalcontact/get", show_client, capability="customer"),
    post("/wx/cgi-bin/externalcontact/batch/get_by_user", list_clients_of_members, capability="customer"),
    post("/wx/cgi-bin/externalcontact/remark", set_remark, capability="customer"),
    post("/wx/cgi-bin/externalcontact/mark_tag", mark_tag, capability="customer"),
    post("/wx/cgi-bin/externalcontact/send_welcome_msg", send_welcome, capability="customer"),
)
