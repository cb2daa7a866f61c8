"""Client groups as the API shows them; `groupchat/get` may lag behind the event that announced a change."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, page, post
from wechat.sandbox.corps import GroupChat
from wechat.sandbox.visibility import sees
from wechat.sandbox.wecom.group_transfers import settle
from wechat.sandbox.world import World

UNFILTERED = 1000


def list_groups(call: Call) -> dict[str, Any]:
    """Groups by owner and status, up to 1 000 per page; 81017 without owners when the corp is large."""
    owners = set((call.body.get("owner_filter") or {}).get("userid_list") or [])
    if len(owners) > 100:
        raise Problem(40058, "too many owners")
    if not owners and len(call.corp.members) > UNFILTERED:
        raise Problem(81017, "too many members, use owner_filter")
    limit = call.body.get("limit")
    if not isinstance(limit, int) or not 1 <= limit <= 1000:
        raise Problem(40058, "invalid limit")
    status = call.body.get("status_filter") or 0
    seen = owners or {one.userid for one in call.corp.members.values() if one.left or sees(call.corp, call.agent, one)}
    hits = [
        chat
        for chat in call.corp.groups.values()
        if not chat.dismissed and chat.owner in seen and (not status or chat.status == status)
    ]
    rows, cursor = page(hits, str(call.body.get("cursor") or ""), limit)
    shown = [{"chat_id": chat.chat_id, "status": chat.status} for chat in rows]
    return {"group_chat_list": shown, **({"next_cursor": cursor} if cursor else {})}


def show_group(call: Call) -> dict[str, Any]:
    """One group with its members; for `lag_ms` after a change the picture from before it."""
    chat = call.corp.groups.get(call.text("chat_id"))
    if chat is None or chat.dismissed:
        raise Problem(86003, "chat not exist")
    settle(call.world, call.corp, chat)
    seen = _lagging(chat, call.world.clock.now(), call.world.switches.lag_ms) or describe(chat)
    if call.body.get("need_name") != 1:
        return {"group_chat": seen}
    named = []
    for row in seen["member_list"]:
        known = call.corp.externals if row["type"] == 2 else call.corp.members
        named.append({**row, "name": getattr(known.get(row["userid"]), "name", "")})
    return {"group_chat": {**seen, "member_list": named}}


def find_by_opengid(call: Call) -> dict[str, Any]:
    """The chat id behind the id that a mini program sees."""
    wanted = call.text("opengid")
    for chat_id in call.corp.groups:
        if opengid(call.world, chat_id) == wanted:
            return {"chat_id": chat_id}
    raise Problem(40058, "invalid opengid")


def opengid(world: World, chat_id: str) -> str:
    """The id of a group in a mini program."""
    return world.ids.named("og", chat_id, 28)


def describe(chat: GroupChat) -> dict[str, Any]:
    """A group as the platform shows it, without names."""
    return {
        "chat_id": chat.chat_id,
        "name": chat.name,
        "owner": chat.owner,
        "create_time": chat.created,
        "notice": chat.notice,
        "member_list": [dict(row) for row in chat.members.values()],
        "admin_list": [{"userid": userid} for userid in chat.admins],
        "member_version": chat.version,
    }


def _lagging(chat: GroupChat, now: float, lag_ms: int) -> dict[str, Any] | None:
    chat.past = [(changed, before) for changed, before in chat.past if now - changed < lag_ms / 1000]
    return chat.past[0][1] if chat.past else None


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/groupchat/list", list_groups, capability="customer"),
    post("/wx/cgi-bin/externalcontact/groupchat/get", show_group, capability="customer"),
    post("/wx/cgi-bin/externalcontact/opengid_to_chatid", find_by_opengid, capability="customer"),
)
