"""Coming in by a code or a link that an app made: to a member, into a group, by a customer-acquisition link."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts import clients, groups
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of
from wechat.sandbox.corp_records import AcquisitionLink, ContactWay, JoinWay
from wechat.sandbox.corps import Corp, GroupChat
from wechat.sandbox.wecom.contact_ways import members_of
from wechat.sandbox.world import World

CHANNELS = (
    "balance_low",
    "balance_exhausted",
    "link_unavailable",
    "delete_link",
    "friend_request",
    "customer_start_chat",
)


def scan_member(world: World, args: Args) -> dict[str, Any]:
    """A client scans a contact way; {config_id, external_userid?, name?, unionid?, confirm? true}.

    Members take turns. Where nobody must confirm, add_half comes first and, with `confirm`, the full contact after it.
    """
    corp = corp_of(world, args)
    way = _contact_way(world, corp, args)
    people = members_of(corp, way.fields)
    if not people:
        raise Impossible("nobody can be added by this way")
    userid, way.turn = people[way.turn % len(people)], way.turn + 1
    asked: Args = {name: args[name] for name in ("corpid", "external_userid", "name", "unionid") if name in args}
    half = bool(way.fields.get("skip_verify", True))
    state = str(way.fields.get("state") or "")
    told = clients.add(world, {**asked, "userid": userid, "state": state, "add_way": 1, "half": half})
    if half and args.get("confirm", True):
        pair = {**asked, "userid": userid, "external_userid": told["external_userid"]}
        told["callbacks"] = told["callbacks"] + clients.confirm(world, pair)["callbacks"]
    return told


def scan_group(world: World, args: Args) -> dict[str, Any]:
    """Somebody scans a join way; {config_id, id?, name?, unionid?}. A full group sends them on, or to a new one."""
    corp = corp_of(world, args)
    way = corp.join_ways.get(str(args.get("config_id", "")))
    if way is None:
        raise Impossible(f"no join way {args.get('config_id')}")
    chat, told = _roomy(world, corp, way)
    known = ("corpid", "id", "ids", "name", "unionid", "add_member")
    person: Args = {name: args[name] for name in known if name in args}
    state = str(way.fields.get("state") or "")
    joined = groups.join(world, {**person, "chat_id": chat.chat_id, "scene": 3, "state": state})
    return {**joined, "callbacks": told + joined["callbacks"]}


def follow_link(world: World, args: Args) -> dict[str, Any]:
    """A client taps a link; {link_id, channel?, external_userid?, name?, add? true, chat? false}: adds, may write."""
    corp, link = _link(world, args)
    day = world.clock.day()
    link.clicks[day] = link.clicks.get(day, 0) + 1
    if not link.available or not args.get("add", True):
        return {"callbacks": []}
    if corp.link_balance <= 0:
        raise Impossible("the balance of links is exhausted")
    people = members_of(corp, {"user": link.userids, "party": link.parties})
    if not people:
        raise Impossible("nobody can be added by this link")
    userid, state = people[len(link.customers) % len(people)], str(args.get("channel", ""))
    asked: Args = {name: args[name] for name in ("corpid", "external_userid", "name", "unionid") if name in args}
    told = clients.add(world, {**asked, "userid": userid, "state": state, "add_way": 16})
    corp.link_balance -= 1
    client = told["external_userid"]
    link.customers.append({"external_userid": client, "userid": userid, "chat_status": 0, "state": state})
    if args.get("chat"):
        pair = {"link_id": link.link_id, "userid": userid, "external_userid": client}
        told["callbacks"] = (
            told["callbacks"] + start_chat(world, {**pair, "corpid": args.get("corpid", "")})["callbacks"]
        )
    return told


def start_chat(world: World, args: Args) -> dict[str, Any]:
    """A client who came by a link writes the first word; {link_id, userid, external_userid}."""
    corp, link = _link(world, args)
    pair = (args.get("userid"), args.get("external_userid"))
    row = next((one for one in link.customers if (one["userid"], one["external_userid"]) == pair), None)
    if row is None:
        raise Impossible(f"{pair} did not come by this link")
    row["chat_status"] = 1
    clients.chat(world, args)
    who = {"UserID": row["userid"], "ExternalUserID": row["external_userid"]}
    return {
        "callbacks": _told(world, corp, "customer_start_chat", {"LinkId": link.link_id, "State": row["state"], **who})
    }


def announce_link(world: World, args: Args) -> dict[str, Any]:
    """The platform tells of links; {change, link_id?}: balance_low, balance_exhausted, link_unavailable, ..."""
    change = str(args.get("change", "balance_low"))
    if change not in CHANNELS:
        raise Impossible(f"unknown change {change}; one of {', '.join(CHANNELS)}")
    if change.startswith("balance"):
        corp = corp_of(world, args)
        corp.link_balance = 0 if change == "balance_exhausted" else corp.link_balance
        return {"callbacks": _told(world, corp, change, {})}
    corp, link = _link(world, args)
    if change in ("link_unavailable", "delete_link"):
        link.available = False
    if change == "delete_link":
        del corp.links[link.link_id]
    return {"callbacks": _told(world, corp, change, {"LinkId": link.link_id})}


def _contact_way(world: World, corp: Corp, args: Args) -> ContactWay:
    way = corp.contact_ways.get(str(args.get("config_id", "")))
    if way is None or (way.expires and world.clock.now() >= way.expires):
        raise Impossible(f"no contact way {args.get('config_id')}")
    return way


def _roomy(world: World, corp: Corp, way: JoinWay) -> tuple[GroupChat, list[int]]:
    """The first group of the way that isn't full, or a new one when the way may open it."""
    chats = [corp.groups[one] for one in way.fields["chat_id_list"] if not corp.groups[one].dismissed]
    for chat in chats:
        if len(chat.members) < world.switches.group_full:
            return chat, []
    if not chats or not way.fields.get("auto_create_room"):
        raise Impossible("all groups of this way are full")
    number = int(way.fields.get("room_base_id") or 1) + way.made
    way.made += 1
    name = f"{way.fields.get('room_base_name') or chats[-1].name}{number}"
    told = groups.create(world, {"corpid": corp.corpid, "owner": chats[-1].owner, "name": name})
    way.fields["chat_id_list"] = [*way.fields["chat_id_list"], told["chat_id"]]
    return corp.groups[told["chat_id"]], told["callbacks"]


def _link(world: World, args: Args) -> tuple[Corp, AcquisitionLink]:
    corp = corp_of(world, args)
    link = corp.links.get(str(args.get("link_id", "")))
    if link is None:
        raise Impossible(f"no link {args.get('link_id')}")
    return corp, link


def _told(world: World, corp: Corp, change: str, detail: dict[str, Any]) -> list[int]:
    return world.tell_corp(corp, {"Event": "customer_acquisition", "ChangeType": change, **detail})


DEEDS: dict[str, Deed] = {
    "client.scan": scan_member,
    "group.scan": scan_group,
    "link.follow": follow_link,
    "link.start_chat": start_chat,
    "link.announce": announce_link,
}
