"""What clients and members do with each other: become contacts, chat, note, part."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, external_of, member_of, relation_of
from wechat.sandbox.corps import Corp, External, Relation, WelcomeCode
from wechat.sandbox.world import World

KEPT_CODES = 20_000
"""Welcome codes that are remembered after their seconds, so that a late one is told from a used one."""


def add(world: World, args: Args) -> dict[str, Any]:
    """A client adds a member; {userid, external_userid?, name?, unionid?, state?, add_way?, half?, welcome?, type?}.

    `half`: the member hasn't confirmed; `welcome` False: no code, as when the console greets by itself. Nor is there
    one for type 2, somebody of another corp.
    """
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    client = known_or_new(world, corp, args)
    before = corp.relation(member.userid, client.external_userid)
    if before and not args.get("again"):
        raise Impossible(f"{member.userid} and {client.external_userid} are contacts already")
    state = str(args.get("state", ""))
    relation = Relation(member.userid, client.external_userid, world.now(), state, int(args.get("add_way", 1)))
    relation.half = bool(args.get("half"))
    corp.relate(relation)
    corp.count(member.userid, world.clock.day(), new_apply_cnt=1, new_contact_cnt=int(not relation.half))
    event: dict[str, Any] = {
        "Event": "change_external_contact",
        "ChangeType": "add_half_external_contact" if args.get("half") else "add_external_contact",
        "UserID": member.userid,
        "ExternalUserID": client.external_userid,
    }
    if state:
        event["State"] = state
    told = {"external_userid": client.external_userid, "userid": member.userid, "welcome_code": ""}
    if args.get("welcome", True) and client.type == 1:
        told["welcome_code"] = event["WelcomeCode"] = _welcome_code(world, corp, relation)
    return {**told, "callbacks": world.tell_corp(corp, event)}


def confirm(world: World, args: Args) -> dict[str, Any]:
    """The member confirms who added them by half; {userid, external_userid}."""
    corp = corp_of(world, args)
    relation = relation_of(corp, args)
    if not relation.half:
        raise Impossible("they are full contacts already")
    relation.half = False
    corp.count(relation.userid, world.clock.day(), new_contact_cnt=1)
    state = {"State": relation.state} if relation.state else {}
    return {"callbacks": world.tell_corp(corp, {**_event("add_external_contact", relation), **state})}


def delete_member(world: World, args: Args) -> dict[str, Any]:
    """The client deletes the member: the signal of churn; {userid, external_userid}."""
    corp_of(world, args).count(str(args.get("userid", "")), world.clock.day(), negative_feedback_cnt=1)
    return _part(world, args, "del_follow_user")


def delete_client(world: World, args: Args) -> dict[str, Any]:
    """The member deletes the client; {userid, external_userid, by_transfer?}."""
    return _part(world, args, "del_external_contact")


def chat(world: World, args: Args) -> dict[str, Any]:
    """They write to each other: no callback, but later group messages go through this member; {..., messages? 2}."""
    corp = corp_of(world, args)
    relation = relation_of(corp, args)
    relation.last_chat, relation.chat_started = world.clock.now(), True
    corp.count(relation.userid, world.clock.day(), chat_cnt=1, message_cnt=int(args.get("messages", 2)))
    return {"callbacks": []}


def edit(world: World, args: Args) -> dict[str, Any]:
    """The member edits the client's card on the phone; {userid, external_userid, remark?, tags?}."""
    corp = corp_of(world, args)
    relation = relation_of(corp, args)
    relation.remark = str(args.get("remark", relation.remark))
    if "tags" in args:
        relation.tags = [str(tag) for tag in args["tags"] if tag in corp.tags]
    event = _event("edit_external_contact", relation)
    return {"callbacks": world.tell_corp(corp, {**event, "State": relation.state})}


def known_or_new(world: World, corp: Corp, args: Args) -> External:
    """The client named by `external_userid`, made when nobody has that id; without one a new person."""
    client_id = str(args.get("external_userid") or world.ids.take("wm", 32))
    client = corp.externals.get(client_id)
    if client is None:
        client = corp.externals[client_id] = External(client_id, gender=int(args.get("gender", 0)))
    client.name = str(args.get("name") or client.name or "微信用户")
    client.unionid = str(args.get("unionid") or client.unionid)
    client.type = int(args.get("type", client.type))
    return client


def _part(world: World, args: Args, change: str) -> dict[str, Any]:
    corp = corp_of(world, args)
    relation = relation_of(corp, args)
    external_of(corp, relation.external_userid)
    corp.part(relation.userid, relation.external_userid)
    source = {"Source": "DELETE_BY_TRANSFER"} if args.get("by_transfer") else {}
    return {"callbacks": world.tell_corp(corp, {**_event(change, relation), **source})}


def _event(change: str, relation: Relation) -> dict[str, Any]:
    head = {"Event": "change_external_contact", "ChangeType": change}
    return {**head, "UserID": relation.userid, "ExternalUserID": relation.external_userid}


def _welcome_code(world: World, corp: Corp, relation: Relation) -> str:
    code, codes = world.ids.secret("WC", 24), corp.welcome_codes
    while len(codes) > KEPT_CODES and next(iter(codes.values())).expires < world.clock.now():
        del codes[next(iter(codes))]
    expires = world.clock.now() + world.switches.welcome_s
    codes[code] = WelcomeCode(code, relation.userid, relation.external_userid, expires)
    return code


DEEDS: dict[str, Deed] = {
    "client.add": add,
    "member.confirm_client": confirm,
    "client.chat": chat,
    "client.delete_member": delete_member,
    "member.delete_client": delete_client,
    "member.edit_client": edit,
}
