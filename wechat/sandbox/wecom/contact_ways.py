"""Ways for clients to add members: QR codes and buttons, for good or for a while; counted together with join ways."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, page, post
from wechat.sandbox.corp_records import ContactWay
from wechat.sandbox.corps import Corp
from wechat.sandbox.visibility import below
from wechat.sandbox.wecom.scope import contact_member

MEMBERS, STATE_CHARS, REMARK_CHARS = 100, 30, 30
TEMPORARY_A_DAY = 100_000
LONGEST_S, USUAL_S = 14 * 86_400, 7 * 86_400
SHOWN = ("type", "scene", "style", "remark", "skip_verify", "state", "user", "party", "is_temp", "expires_in")
MORE = ("chat_expires_in", "unionid", "is_exclusive", "conclusions")


def add(call: Call) -> dict[str, Any]:
    """A new way: type 1 for one member or 2 for several, scene 1 mini program or 2 QR code; 41045 beyond the quota."""
    fields = _checked(call, {"skip_verify": True, "remark": "", "state": "", "user": [], "party": [], **call.body})
    corp, world = call.corp, call.world
    if len(corp.contact_ways) + len(corp.join_ways) >= world.switches.contact_ways_most:
        raise Problem(41045, "contact way quota used up")
    expires = 0.0
    if fields.get("is_temp"):
        lasts = int(fields.get("expires_in") or USUAL_S)
        made = corp.temporary_ways.get(world.clock.day(), 0)
        if not 0 < lasts <= LONGEST_S:
            raise Problem(40058, "invalid expires_in")
        if made >= TEMPORARY_A_DAY:
            raise Problem(41045, "temporary contact way quota used up")
        corp.temporary_ways[world.clock.day()] = made + 1
        expires = world.clock.now() + lasts
    config_id = world.ids.secret(size=24)
    corp.contact_ways[config_id] = ContactWay(config_id, world.now(), fields, expires)
    return {"config_id": config_id, **_picture(config_id, fields)}


def show(call: Call) -> dict[str, Any]:
    """One way as it was set up."""
    way = _way(call)
    fields = {name: way.fields[name] for name in (*SHOWN, *MORE) if name in way.fields}
    return {"contact_way": {"config_id": way.config_id, **fields, **_picture(way.config_id, way.fields)}}


def list_all(call: Call) -> dict[str, Any]:
    """Ids of the lasting ways made within a span, up to 1 000 per page."""
    start, end = int(call.body.get("start_time") or 0), int(call.body.get("end_time") or call.world.now())
    ways = [one for one in call.corp.contact_ways.values() if not one.expires and start <= one.created <= end]
    rows, cursor = page(ways, str(call.body.get("cursor") or ""), call.number("limit", 100, 1000))
    return {"contact_way": [{"config_id": one.config_id} for one in rows], "next_cursor": cursor}


def update(call: Call) -> dict[str, Any]:
    """Overwrite what is given."""
    way = _way(call)
    given = {name: value for name, value in call.body.items() if name not in ("config_id", "type", "scene", "is_temp")}
    way.fields = _checked(call, {**way.fields, **given})
    return {}


def delete(call: Call) -> dict[str, Any]:
    """The way is closed; who scans it sees that it no longer works."""
    del call.corp.contact_ways[_way(call).config_id]
    return {}


def close_chat(call: Call) -> dict[str, Any]:
    """End a temporary chat: the two are contacts no more."""
    member = contact_member(call, call.text("userid"))
    if not call.corp.part(member.userid, call.text("external_userid")):
        raise Problem(84061, "not external contact")
    return {}


def members_of(corp: Corp, fields: dict[str, Any]) -> list[str]:
    """Who may be added by this way now."""
    named = [str(one) for one in fields.get("user") or []]
    parties = below(corp, {int(one) for one in fields.get("party") or []})
    named += [one.userid for one in corp.members.values() if parties & set(one.department)]
    people = (corp.member(userid) for userid in dict.fromkeys(named))
    return [one.userid for one in people if one and one.active]


def _checked(call: Call, fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("type") not in (1, 2):
        raise Problem(41039 if fields.get("type") else 41037, "invalid type")
    if fields.get("scene") not in (1, 2):
        raise Problem(41040 if fields.get("scene") else 41038, "invalid scene")
    users, parties = fields.get("user") or [], fields.get("party") or []
    if isinstance(users, str):
        users = fields["user"] = [users]
    if len(users) > MEMBERS:
        raise Problem(41041, "too many members in contact way")
    if (fields["type"] == 1 and len(users) != 1) or not (users or parties):
        raise Problem(40058, "invalid user")
    for userid in users:
        if not contact_member(call, str(userid)).active:
            raise Problem(41054, "user not activated")
    if len(str(fields.get("state") or "")) > STATE_CHARS or len(str(fields.get("remark") or "")) > REMARK_CHARS:
        raise Problem(40058, "state or remark too long")
    return fields


def _picture(config_id: str, fields: dict[str, Any]) -> dict[str, str]:
    if fields["scene"] != 2:
        return {}
    return {"qr_code": f"https://open.work.weixin.qq.com/wwopen/userQRCode?vcode={config_id}"}


def _way(call: Call) -> ContactWay:
    if not call.body.get("config_id"):
        raise Problem(41043, "missing config_id")
    way = call.corp.contact_ways.get(call.text("config_id"))
    if way is None or (way.expires and call.world.clock.now() >= way.expires):
        raise Problem(41044, "invalid config_id")
    return way


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/add_contact_way", add, capability="customer"),
    post("/wx/cgi-bin/externalcontact/get_contact_way", show, capability="customer"),
    post("/wx/cgi-bin/externalcontact/list_contact_way", list_all, capability="customer"),
    post("/wx/cgi-bin/externalcontact/update_contact_way", update, capability="customer"),
    post("/wx/cgi-bin/externalcontact/del_contact_way", delete, capability="customer"),
    post("/wx/cgi-bin/externalcontact/close_temp_chat", close_chat, capability="customer"),
)
