"""Groups handed to another owner, on the job or after leaving; made by the API, so no callback comes."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corps import Corp, GroupChat, Member
from wechat.sandbox.wecom.scope import contact_member
from wechat.sandbox.world import World

A_CALL, A_DAY = 100, 300
TIMES, WITHIN_S = 2, 90 * 86_400
WORDS = {
    90500: "the owner of this chat has not resigned",
    90501: "chat is not external group chat",
    90502: "the owner of this chat has resigned",
    90504: "chat owner not changed",
    90507: "chat is being inherited",
    90508: "chat has been inherited",
    45009: "api freq out of limit",
}


def transfer(call: Call) -> dict[str, Any]:
    """Groups whose owner left; 90500 when the owner is still there, 90507 and 90508 on the way and done."""
    return _each(call, resigned=True)


def transfer_on_job(call: Call) -> dict[str, Any]:
    """Groups whose owner is still there, twice in 90 days; 90502 when the owner left."""
    return _each(call, resigned=False)


def seat(world: World, chat: GroupChat, owner: Member) -> None:
    """Make a member the owner, inside the group."""
    row: dict[str, Any] = {"userid": owner.userid, "type": 1, "join_time": world.now(), "join_scene": 1}
    if owner.userid not in chat.members:
        chat.members[owner.userid] = {**row, "group_nickname": "", "invitor": {"userid": chat.owner}, "state": ""}
        chat.version = world.ids.secret(size=16)
    chat.owner, chat.heir = owner.userid, ""


def settle(world: World, corp: Corp, chat: GroupChat) -> None:
    """Finish an inheritance whose time has come: status 2 becomes 3."""
    if chat.status == 2 and world.clock.now() >= chat.heir_at and (heir := corp.member(chat.heir)):
        seat(world, chat, heir)
        chat.status = 3


def _each(call: Call, resigned: bool) -> dict[str, Any]:
    owner, chats = contact_member(call, call.text("new_owner")), call.names("chat_id_list", A_CALL)
    if not chats:
        raise Problem(40058, "missing chat_id_list")
    failed = []
    for chat_id in chats:
        chat = call.corp.groups.get(chat_id)
        code = _refusal(call, chat, owner, resigned) if chat and not chat.dismissed else 90501
        if code:
            failed.append({"chat_id": chat_id, "errcode": code, "errmsg": WORDS[code]})
        elif chat:
            _hand_over(call, chat, owner, resigned)
    return {"failed_chat_list": failed}


def _refusal(call: Call, chat: GroupChat, owner: Member, resigned: bool) -> int:
    settle(call.world, call.corp, chat)
    now, left = call.world.clock.now(), call.corp.member(chat.owner) is None
    if chat.status == 2:
        return 90507
    if resigned and not left:
        return 90508 if chat.status == 3 else 90500
    if not resigned and left:
        return 90502
    if chat.owner == owner.userid:
        return 90504
    if not resigned and sum(now - moment < WITHIN_S for moment in chat.handed_over) >= TIMES:
        return 45009
    given = call.corp.uploads.get(_key(call, chat.owner), 0)
    return 45009 if given >= A_DAY else 0


def _hand_over(call: Call, chat: GroupChat, owner: Member, resigned: bool) -> None:
    world, uploads = call.world, call.corp.uploads
    key = _key(call, chat.owner)
    uploads[key] = uploads.get(key, 0) + 1
    if not resigned:
        chat.handed_over.append(world.clock.now())
        seat(world, chat, owner)
        return
    chat.status, chat.heir, chat.heir_at = 2, owner.userid, world.clock.now() + world.switches.group_transfer_s
    settle(world, call.corp, chat)


def _key(call: Call, owner: str) -> str:
    return f"groups of {owner}/{call.world.clock.day()}"


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/groupchat/transfer", transfer, capability="customer"),
    post("/wx/cgi-bin/externalcontact/groupchat/onjob_transfer", transfer_on_job, capability="customer"),
)
