"""What happens in client groups: made, joined, left, renamed, handed over, dismissed; each change moves the version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wechat.sandbox.acts.clients import add, confirm, known_or_new
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, chat_of, corp_of, member_of, names_in
from wechat.sandbox.corps import Corp, GroupChat
from wechat.sandbox.wecom.group_chats import describe
from wechat.sandbox.world import World

JOIN_SCENES = {0: 1, 3: 3}
"""JoinScene of the event -> join_scene that `groupchat/get` shows."""


def create(world: World, args: Args) -> dict[str, Any]:
    """A member opens a group; {owner, name?, chat_id?, members?: [ids]}."""
    corp = corp_of(world, args)
    owner = member_of(corp, args.get("owner"))
    chat = make(world, corp, owner.userid, str(args.get("name", "")), str(args.get("chat_id", "")))
    seat(world, corp, chat, names_in(args, "member", "members"), 1)
    return _told(world, corp, chat, "create", {})


def join(world: World, args: Args) -> dict[str, Any]:
    """People come in; {chat_id, id | ids, scene? 3 QR or 0 invited, invitor?, state?, name?, add_member?}; no id: new.

    With `add_member` they also add the owner: after the group's event come add_half and then add_external_contact.
    """
    corp = corp_of(world, args)
    chat = chat_of(corp, args)
    ids = names_in(args, "id", "ids") or [known_or_new(world, corp, args).external_userid]
    scene = int(args.get("scene", 3))
    newcomers = [one for one in dict.fromkeys(ids) if one not in chat.members]
    if not newcomers:
        raise Impossible("all of them are inside already")
    before = _moved(world, chat)
    invitor, state = str(args.get("invitor", "")), str(args.get("state", ""))
    seat(world, corp, chat, newcomers, JOIN_SCENES.get(scene, 2), invitor, state)
    change = {"UpdateDetail": "add_member", "JoinScene": scene, "QuitScene": 0}
    told = {**_told(world, corp, chat, "update", change | _changed(newcomers, before, chat)), "ids": newcomers}
    if args.get("add_member"):
        told["callbacks"] = told["callbacks"] + _befriend(world, corp, chat, newcomers, state)
    return told


def talk(world: World, args: Args) -> dict[str, Any]:
    """Somebody writes in the group; {chat_id, id, count? 1}. No callback."""
    chat = chat_of(corp_of(world, args), args)
    who = str(args.get("id", ""))
    if who not in chat.members:
        raise Impossible(f"{who} isn't inside")
    today = chat.talk.setdefault(world.clock.day(), {})
    today[who] = today.get(who, 0) + int(args.get("count", 1))
    return {"callbacks": []}


def quit_chat(world: World, args: Args) -> dict[str, Any]:
    """People leave by themselves; {chat_id, id | ids}."""
    return _leave(world, args, 0)


def kick(world: World, args: Args) -> dict[str, Any]:
    """The owner takes people out; {chat_id, id | ids}."""
    return _leave(world, args, 1)


def rename(world: World, args: Args) -> dict[str, Any]:
    """{chat_id, name}"""
    corp = corp_of(world, args)
    chat = chat_of(corp, args)
    _remember(world, chat)
    chat.name = str(args.get("name", ""))
    return _told(world, corp, chat, "update", {"UpdateDetail": "change_name"})


def announce(world: World, args: Args) -> dict[str, Any]:
    """{chat_id, notice}"""
    corp = corp_of(world, args)
    chat = chat_of(corp, args)
    _remember(world, chat)
    chat.notice = str(args.get("notice", ""))
    return _told(world, corp, chat, "update", {"UpdateDetail": "change_notice"})


def hand_over(world: World, args: Args) -> dict[str, Any]:
    """Another member becomes owner; {chat_id, userid}."""
    corp = corp_of(world, args)
    chat, owner = chat_of(corp, args), member_of(corp, args.get("userid"))
    _remember(world, chat)
    chat.owner, chat.status = owner.userid, 0
    seat(world, corp, chat, [owner.userid], 1)
    return _told(world, corp, chat, "update", {"UpdateDetail": "change_owner"})


def dismiss(world: World, args: Args) -> dict[str, Any]:
    """The owner dissolves the group; {chat_id}."""
    corp = corp_of(world, args)
    chat = chat_of(corp, args)
    chat.dismissed = True
    return _told(world, corp, chat, "dismiss", {})


def make(world: World, corp: Corp, owner: str, name: str, chat_id: str = "") -> GroupChat:
    """A group with its owner inside, without any event."""
    chat_id = chat_id or world.ids.take("wr", 32)
    if chat_id in corp.groups:
        raise Impossible(f"group {chat_id} exists")
    chat = corp.groups[chat_id] = GroupChat(chat_id, name, owner, world.now(), version=world.ids.secret(size=16))
    seat(world, corp, chat, [owner], 1)
    return chat


def seat(
    world: World, corp: Corp, chat: GroupChat, ids: Iterable[str], scene: int, invitor: str = "", state: str = ""
) -> None:
    """Put people into the member list without any event; ids of nobody are impossible."""
    for one in ids:
        if one in chat.members:
            continue
        client = corp.externals.get(one)
        if client is None and corp.member(one) is None:
            raise Impossible(f"nobody is called {one}")
        row: dict[str, Any] = {"userid": one, "type": 2 if client else 1, "join_time": world.now(), "join_scene": scene}
        row |= {"group_nickname": "", "invitor": {"userid": invitor or chat.owner}, "state": state}
        if client and client.unionid:
            row["unionid"] = client.unionid
        chat.members[one] = row


def _befriend(world: World, corp: Corp, chat: GroupChat, ids: list[str], state: str) -> list[int]:
    told: list[int] = []
    for one in ids:
        if one in corp.externals and corp.relation(chat.owner, one) is None:
            pair = {"corpid": corp.corpid, "userid": chat.owner, "external_userid": one}
            told += add(world, {**pair, "state": state, "add_way": 4, "half": True})["callbacks"]
            told += confirm(world, pair)["callbacks"]
    return told


def _leave(world: World, args: Args, scene: int) -> dict[str, Any]:
    corp = corp_of(world, args)
    chat = chat_of(corp, args)
    gone = [one for one in names_in(args, "id", "ids") if one in chat.members]
    if not gone:
        raise Impossible("none of them is inside")
    before = _moved(world, chat)
    for one in gone:
        del chat.members[one]
    change = {"UpdateDetail": "del_member", "JoinScene": 0, "QuitScene": scene}
    return {**_told(world, corp, chat, "update", change | _changed(gone, before, chat)), "ids": gone}


def _moved(world: World, chat: GroupChat) -> str:
    _remember(world, chat)
    before, chat.version = chat.version, world.ids.secret(size=16)
    return before


def _remember(world: World, chat: GroupChat) -> None:
    if world.switches.lag_ms:
        chat.past.append((world.clock.now(), describe(chat)))


def _changed(ids: list[str], before: str, chat: GroupChat) -> dict[str, Any]:
    moved = {"MemChangeCnt": len(ids), "MemChangeList": {"Item": list(ids)}}
    return {**moved, "LastMemVer": before, "CurMemVer": chat.version}


def _told(world: World, corp: Corp, chat: GroupChat, change: str, detail: dict[str, Any]) -> dict[str, Any]:
    event = {"Event": "change_external_chat", "ChatId": chat.chat_id, "ChangeType": change, **detail}
    return {"chat_id": chat.chat_id, "member_version": chat.version, "callbacks": world.tell_corp(corp, event)}


DEEDS: dict[str, Deed] = {
    "group.create": create,
    "group.join": join,
    "group.quit": quit_chat,
    "group.kick": kick,
    "group.rename": rename,
    "group.notice": announce,
    "group.owner": hand_over,
    "group.dismiss": dismiss,
    "group.talk": talk,
}
