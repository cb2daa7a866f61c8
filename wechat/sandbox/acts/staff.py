"""Members come, change and leave; departments and the members' tags change: told to apps that see the address book."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, member_of, names_in
from wechat.sandbox.corp_records import MemberTag
from wechat.sandbox.corps import Corp, Member
from wechat.sandbox.world import World

CHANGED = {"name": "Name", "mobile": "Mobile", "position": "Position", "email": "Email"}
"""Fields of a member that `member.update` may change -> their elements in the event."""


def join(world: World, args: Args) -> dict[str, Any]:
    """A new member comes; {userid, name?, department?: [ids], active?, mobile?, position?, email?}."""
    corp, userid = corp_of(world, args), str(args.get("userid", ""))
    if not userid or corp.member(userid):
        raise Impossible(f"member {userid} exists or has no name")
    member = Member(userid, str(args.get("name", userid)), active=bool(args.get("active", True)))
    member.department = _parties(corp, args) or member.department
    for name in ("mobile", "position", "email"):
        setattr(member, name, str(args.get(name, "")))
    corp.members[userid] = member
    shown = {"Name": member.name, "Department": ",".join(map(str, member.department))}
    return {"userid": userid, **_told(world, corp, "create_user", {"UserID": userid, **shown})}


def update(world: World, args: Args) -> dict[str, Any]:
    """A member changes; {userid, new_userid?, name?, department?, active?, may_contact?, real_named?, mobile?, ...}."""
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    event: dict[str, Any] = {"UserID": member.userid}
    for name, element in CHANGED.items():
        if name in args:
            setattr(member, name, str(args[name]))
            event[element] = str(args[name])
    for name in ("active", "may_contact", "real_named"):
        if name in args:
            setattr(member, name, bool(args[name]))
    if "active" in args:
        event["Status"] = 1 if member.active else 4
    if parties := _parties(corp, args):
        member.department = parties
        event["Department"] = ",".join(map(str, parties))
    if args.get("new_userid"):
        event["NewUserID"] = _rename(corp, member, str(args["new_userid"]))
    return {"userid": member.userid, **_told(world, corp, "update_user", event)}


def leave(world: World, args: Args) -> dict[str, Any]:
    """A member leaves the corp; {userid}. Their groups stand without owner, their relations stay unassigned."""
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    member.left, member.left_at = True, world.now()
    for chat in corp.groups.values():
        if chat.owner == member.userid:
            chat.status = 1
    return {"userid": member.userid, **_told(world, corp, "delete_user", {"UserID": member.userid})}


def found_party(world: World, args: Args) -> dict[str, Any]:
    """A new department; {name, parent? 1, id?}."""
    corp = corp_of(world, args)
    number, parent = int(args.get("id") or max(corp.departments) + 1), int(args.get("parent", 1))
    if number in corp.departments or parent not in corp.departments:
        raise Impossible(f"department {number} exists or {parent} doesn't")
    corp.departments[number] = {"name": str(args.get("name", number)), "parentid": parent}
    event = {"Id": number, "Name": corp.departments[number]["name"], "ParentId": parent, "Order": number}
    return {"id": number, **_told(world, corp, "create_party", event)}


def change_party(world: World, args: Args) -> dict[str, Any]:
    """A department gets another name or place; {id, name?, parent?}."""
    corp = corp_of(world, args)
    number, row = _party(corp, args)
    event: dict[str, Any] = {"Id": number}
    if "name" in args:
        row["name"] = event["Name"] = str(args["name"])
    if "parent" in args:
        row["parentid"] = event["ParentId"] = int(args["parent"])
    return {"id": number, **_told(world, corp, "update_party", event)}


def close_party(world: World, args: Args) -> dict[str, Any]:
    """An empty department goes; {id}."""
    corp = corp_of(world, args)
    number, _ = _party(corp, args)
    inside = any(number in one.department for one in corp.members.values() if not one.left)
    if number == 1 or inside or any(row["parentid"] == number for row in corp.departments.values()):
        raise Impossible(f"department {number} isn't empty")
    del corp.departments[number]
    return {"id": number, **_told(world, corp, "delete_party", {"Id": number})}


def tag_members(world: World, args: Args) -> dict[str, Any]:
    """Members get and lose a tag of the address book; {tagid, name?, add?: [userids], remove?: [userids]}."""
    corp, tagid = corp_of(world, args), int(args.get("tagid", 1))
    tag = corp.member_tags.setdefault(tagid, MemberTag(tagid, str(args.get("name", tagid))))
    added = [member_of(corp, one).userid for one in names_in(args, "", "add")]
    removed = names_in(args, "", "remove")
    tag.userids = [one for one in dict.fromkeys([*tag.userids, *added]) if one not in removed]
    event = {"TagId": tagid, "AddUserItems": ",".join(added), "DelUserItems": ",".join(removed)}
    more = {"AddPartyItems": "", "DelPartyItems": ""}
    return {"tagid": tagid, **_told(world, corp, "update_tag", {**event, **more})}


def _rename(corp: Corp, member: Member, userid: str) -> str:
    if userid in corp.members:
        raise Impossible(f"member {userid} exists")
    known = corp.by_member.pop(member.userid, {})
    del corp.members[member.userid]
    for client, relation in known.items():
        del corp.by_external[client][member.userid]
        relation.userid = userid
        corp.relate(relation)
    for chat in corp.groups.values():
        chat.owner = userid if chat.owner == member.userid else chat.owner
        if row := chat.members.pop(member.userid, None):
            chat.members[userid] = {**row, "userid": userid}
    corp.members[userid], member.userid = member, userid
    return userid


def _parties(corp: Corp, args: Args) -> list[int]:
    parties = [int(one) for one in args.get("department") or []]
    if any(number not in corp.departments for number in parties):
        raise Impossible(f"no department in {parties}")
    return parties


def _party(corp: Corp, args: Args) -> tuple[int, dict[str, Any]]:
    number = int(args.get("id", 0))
    if number not in corp.departments:
        raise Impossible(f"no department {number}")
    return number, corp.departments[number]


def _told(world: World, corp: Corp, change: str, detail: dict[str, Any]) -> dict[str, Any]:
    event = {"Event": "change_contact", "ChangeType": change, **detail}
    return {"callbacks": world.tell_corp(corp, event, capability="contacts")}


DEEDS: dict[str, Deed] = {
    "member.join": join,
    "member.update": update,
    "member.leave": leave,
    "party.create": found_party,
    "party.update": change_party,
    "party.delete": close_party,
    "member.tag": tag_members,
}
