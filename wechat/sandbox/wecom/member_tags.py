"""Tags on members in the address book: made, renamed, given and taken by apps."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.corp_records import MemberTag
from wechat.sandbox.visibility import sees

NAME_CHARS = 32
A_CALL = 1000


def create(call: Call) -> dict[str, Any]:
    """A new tag; 40071 when the name is taken."""
    name, tags = _name(call), call.corp.member_tags
    tagid = int(call.body.get("tagid") or max(tags, default=0) + 1)
    if tagid in tags:
        raise Problem(40068, "tagid already exists")
    tags[tagid] = MemberTag(tagid, name)
    return {"errmsg": "created", "tagid": tagid}


def rename(call: Call) -> dict[str, Any]:
    """Another name for a tag."""
    tag = _tag(call, call.body.get("tagid"))
    if tag.name != call.body.get("tagname"):
        tag.name = _name(call)
    return {"errmsg": "updated"}


def delete(call: Call) -> dict[str, Any]:
    """A tag goes, from everybody."""
    del call.corp.member_tags[_tag(call, call.query.get("tagid")).tagid]
    return {"errmsg": "deleted"}


def show(call: Call) -> dict[str, Any]:
    """Who has the tag."""
    tag, corp = _tag(call, call.query.get("tagid")), call.corp
    people = [one for one in map(corp.member, tag.userids) if one and sees(corp, call.agent, one)]
    rows = [{"userid": one.userid, "name": one.name} for one in people]
    return {"tagname": tag.name, "userlist": rows, "partylist": list(tag.parties)}


def give(call: Call) -> dict[str, Any]:
    """Put the tag on members and departments; who isn't there comes back."""
    tag, userids, parties = _asked(call)
    valid = [one for one in userids if call.corp.member(one)]
    known = [one for one in parties if one in call.corp.departments]
    tag.userids = list(dict.fromkeys([*tag.userids, *valid]))
    tag.parties = list(dict.fromkeys([*tag.parties, *known]))
    return _answer(userids, valid, parties, known)


def take(call: Call) -> dict[str, Any]:
    """Take the tag from members and departments; who didn't have it comes back."""
    tag, userids, parties = _asked(call)
    valid = [one for one in userids if one in tag.userids]
    known = [one for one in parties if one in tag.parties]
    tag.userids = [one for one in tag.userids if one not in valid]
    tag.parties = [one for one in tag.parties if one not in known]
    return _answer(userids, valid, parties, known)


def list_all(call: Call) -> dict[str, Any]:
    """Every tag."""
    return {"taglist": [{"tagid": one.tagid, "tagname": one.name} for one in call.corp.member_tags.values()]}


def _name(call: Call) -> str:
    name = call.text("tagname")
    if len(name) > NAME_CHARS:
        raise Problem(40058, "tagname too long")
    if any(one.name == name for one in call.corp.member_tags.values()):
        raise Problem(40071, "tag name already exists")
    return name


def _tag(call: Call, tagid: Any) -> MemberTag:
    tag = call.corp.member_tags.get(int(tagid)) if str(tagid or "").isdecimal() else None
    if tag is None:
        raise Problem(40068, "invalid tagid")
    return tag


def _asked(call: Call) -> tuple[MemberTag, list[str], list[int]]:
    tag = _tag(call, call.body.get("tagid"))
    userids, parties = call.names("userlist", A_CALL), [int(one) for one in call.body.get("partylist") or []]
    if not userids and not parties:
        raise Problem(40070, "userlist and partylist are both empty")
    return tag, userids, parties


def _answer(userids: list[str], valid: list[str], parties: list[int], known: list[int]) -> dict[str, Any]:
    lost, nowhere = [one for one in userids if one not in valid], [one for one in parties if one not in known]
    if not valid and not known:
        raise Problem(40070, "invalid userlist and partylist", invalidlist="|".join(lost), invalidparty=nowhere)
    told: dict[str, Any] = {"invalidlist": "|".join(lost)} if lost else {}
    return {**told, "invalidparty": nowhere} if nowhere else told


ENDPOINTS = (
    post("/wx/cgi-bin/tag/create", create),
    post("/wx/cgi-bin/tag/update", rename),
    get("/wx/cgi-bin/tag/delete", delete),
    get("/wx/cgi-bin/tag/get", show),
    post("/wx/cgi-bin/tag/addtagusers", give),
    post("/wx/cgi-bin/tag/deltagusers", take),
    get("/wx/cgi-bin/tag/list", list_all),
)
