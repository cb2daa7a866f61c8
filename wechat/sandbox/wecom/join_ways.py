"""Ways for clients to come into groups: a code over up to five groups, which may open new ones when all are full."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corp_records import JoinWay

CHATS, NAME_CHARS, STATE_CHARS = 5, 40, 30
NAMES = ("room_base_name", "room_base_id", "chat_id_list", "state", "mark_source")
SHOWN = ("scene", "remark", "auto_create_room", *NAMES)
CHAT = "/wx/cgi-bin/externalcontact/groupchat"


def add(call: Call) -> dict[str, Any]:
    """A new way; it counts against the same quota as contact ways (41045)."""
    fields, corp, world = _checked(call), call.corp, call.world
    if len(corp.contact_ways) + len(corp.join_ways) >= world.switches.contact_ways_most:
        raise Problem(41045, "contact way quota used up")
    config_id = world.ids.secret(size=24)
    corp.join_ways[config_id] = JoinWay(config_id, fields)
    return {"config_id": config_id}


def show(call: Call) -> dict[str, Any]:
    """One way as it stands, with the groups that it opened by itself."""
    way = _way(call)
    code = f"https://work.weixin.qq.com/gm/{way.config_id}"
    return {"join_way": {"config_id": way.config_id, "qr_code": code, **way.fields}}


def update(call: Call) -> dict[str, Any]:
    """Overwrite the whole way: what isn't given goes."""
    way = _way(call)
    way.fields = _checked(call)
    return {}


def delete(call: Call) -> dict[str, Any]:
    """The code no longer works."""
    del call.corp.join_ways[_way(call).config_id]
    return {}


def _checked(call: Call) -> dict[str, Any]:
    fields = {name: call.body[name] for name in SHOWN if call.body.get(name) is not None}
    if fields.get("scene") not in (1, 2):
        raise Problem(41040, "invalid scene")
    chats = call.names("chat_id_list", CHATS)
    if not chats:
        raise Problem(40058, "missing chat_id_list")
    for chat_id in chats:
        chat = call.corp.groups.get(chat_id)
        if chat is None or chat.dismissed:
            raise Problem(86003, "chat not exist")
    if len(str(fields.get("room_base_name") or "")) > NAME_CHARS or len(str(fields.get("state") or "")) > STATE_CHARS:
        raise Problem(40058, "room_base_name or state too long")
    return {"auto_create_room": 1, "room_base_name": "", "room_base_id": 1, "remark": "", "state": "", **fields}


def _way(call: Call) -> JoinWay:
    if not call.body.get("config_id"):
        raise Problem(41043, "missing config_id")
    way = call.corp.join_ways.get(call.text("config_id"))
    if way is None:
        raise Problem(41044, "invalid config_id")
    return way


ENDPOINTS = (
    post(f"{CHAT}/add_join_way", add, capability="customer"),
    post(f"{CHAT}/get_join_way", show, capability="customer"),
    post(f"{CHAT}/update_join_way", update, capability="customer"),
    post(f"{CHAT}/del_join_way", delete, capability="customer"),
)
