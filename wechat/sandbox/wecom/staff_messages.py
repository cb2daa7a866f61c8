"""App messages to members, and media: partial failure still sends, excess per minute is dropped without a word."""

from __future__ import annotations

import hashlib
from typing import Any

from wechat.sandbox.calls import Answer, Call, Problem, get, post
from wechat.sandbox.oa.messages import readable

TYPES = frozenset(
    {
        "text",
        "image",
        "voice",
        "video",
        "file",
        "textcard",
        "news",
        "mpnews",
        "markdown",
        "miniprogram_notice",
        "template_card",
    }
)
MEDIA_S = 3 * 86_400
MEDIA_BYTES = {"image": 10 << 20, "voice": 2 << 20, "video": 10 << 20, "file": 20 << 20, "thumb": 64 << 10}


def send(call: Call) -> dict[str, Any]:
    """Send to members `a|b` (at most 1 000) or `@all`; 81013 when nobody is valid."""
    kind, world, corp = str(call.body.get("msgtype", "")), call.world, call.corp
    if kind not in TYPES or not isinstance(call.body.get(kind), dict):
        raise Problem(40008, "invalid message type")
    if str(call.body.get("agentid")) != str(call.agent.agentid):
        raise Problem(301002, "not allow operate another agent with this accesstoken")
    wanted = [name for name in str(call.body.get("touser", "")).split("|") if name]
    if len(wanted) > 1000:
        raise Problem(40058, "too many users")
    if wanted == ["@all"]:
        wanted = [one.userid for one in corp.members.values()]
    if not wanted:
        raise Problem(82001, "no receiver")
    valid = [userid for userid in dict.fromkeys(wanted) if corp.member(userid)]
    invalid = [userid for userid in wanted if userid not in valid]
    if not valid:
        raise Problem(81013, "user & party & tag all invalid", invaliduser="|".join(invalid))
    msgid, text = world.ids.secret(size=40), readable(call.body[kind])
    if not _repeats(call, text):
        world.deliver("staff", [one for one in valid if _has_room(call, one)], text, msgid, via=str(call.agent.agentid))
    card = {"response_code": world.ids.secret()} if kind == "template_card" else {}
    return {"invaliduser": "|".join(invalid), "invalidparty": "", "invalidtag": "", "msgid": msgid, **card}


def upload(call: Call) -> dict[str, Any]:
    """Keep a file for three days; 44001 when it is empty, 45001 when it is too large."""
    kind = call.query.get("type", "")
    if kind not in MEDIA_BYTES:
        raise Problem(40004, "invalid media type")
    data = _file_part(call)
    if len(data) <= 5:
        raise Problem(44001, "empty media data")
    if len(data) > MEDIA_BYTES[kind]:
        raise Problem(45001, "media size out of limit")
    now, media_id = call.world.clock.now(), call.world.ids.secret(size=40)
    sha = hashlib.sha256(data).hexdigest()
    call.world.media[media_id] = {"type": kind, "data": data, "sha256": sha, "expires": now + MEDIA_S}
    return {"type": kind, "media_id": media_id, "created_at": str(int(now))}


def fetch(call: Call) -> Answer:
    """The bytes of a kept file; 40007 after its three days."""
    media = call.world.media.get(call.query.get("media_id", ""))
    if media is None or call.world.clock.now() >= media["expires"]:
        raise Problem(40007, "invalid media_id")
    return Answer(media["data"], "application/octet-stream")


def _has_room(call: Call, userid: str) -> bool:
    now = call.world.clock.now()
    recent = [moment for moment in call.corp.staff_messages.get(userid, []) if moment > now - 60]
    call.corp.staff_messages[userid] = recent
    if len(recent) >= call.world.switches.staff_messages_per_minute:
        return False
    recent.append(now)
    return True


def _repeats(call: Call, text: str) -> bool:
    if not call.body.get("enable_duplicate_check"):
        return False
    now, key = call.world.clock.now(), f"{call.agent.agentid}/{call.body.get('touser')}/{text}"
    until = call.corp.sent_once.get(key, 0.0)
    call.corp.sent_once[key] = now + min(int(call.body.get("duplicate_check_interval") or 1800), 14_400)
    return now < until


def _file_part(call: Call) -> bytes:
    head, _, boundary = call.content_type.partition("boundary=")
    if not head.startswith("multipart/form-data") or not boundary:
        raise Problem(41005, "media data missing")
    mark = b"--" + boundary.strip('"').encode()
    for part in call.raw.split(mark):
        headers, found, data = part.partition(b"\r\n\r\n")
        if found and b"filename" in headers:
            return data.removesuffix(b"\r\n")
    raise Problem(41005, "media data missing")


ENDPOINTS = (
    post("/wx/cgi-bin/message/send", send),
    post("/wx/cgi-bin/media/upload", upload),
    get("/wx/cgi-bin/media/get", fetch),
    post("/oa/cgi-bin/media/upload", upload),
    get("/oa/cgi-bin/media/get", fetch),
)
