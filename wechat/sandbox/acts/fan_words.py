"""What a fan says and shows: messages of every kind, and articles they read and pass on."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from wechat.sandbox.account_content import Media
from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of, fan_of
from wechat.sandbox.acts.fan_taps import following, told
from wechat.sandbox.oa.media import LASTS_S
from wechat.sandbox.oa.qr_codes import pattern
from wechat.sandbox.oa.service_sessions import open_session
from wechat.sandbox.oa.statistics import KINDS
from wechat.sandbox.world import World

FILES = {"image": "image/png", "voice": "audio/amr", "video": "video/mp4", "shortvideo": "video/mp4"}
PLACEHOLDERS = {"voice": b"#!AMR\n" + bytes(64), "video": b"\x00\x00\x00\x18ftypmp42" + bytes(64)}
"""What stands for a recording that nobody made."""


def say(world: World, args: Args) -> dict[str, Any]:
    """Write to the account; {openid, text, menu_id?}, {openid, kind: image | voice | ..., base64?, ...} or {fields}."""
    account = account_of(world, args)
    fan = following(account, args)
    fan.allow("message", world.clock.now())
    fields = _message(world, account, args)
    fields["MsgId"] = msg_id = world.ids.number()
    if args.get("menu_id"):
        fields["bizmsgmenuid"] = str(args["menu_id"])
    _note(world, account, fan, fields)
    if fan.blacklisted:
        return {"openid": fan.openid, "callbacks": [], "msg_id": msg_id}
    return {**told(world, account, fan, fields), "msg_id": msg_id}


def read(world: World, args: Args) -> dict[str, Any]:
    """Read an article; {openid, msg_id | article_id, idx? 1, scene? 0, share? false, times? 1}. No event comes."""
    account = account_of(world, args)
    fan, now = fan_of(account, args), world.clock.local()
    where = f"{_sending(account, args)}_{int(args.get('idx', 1))}:{int(args.get('scene', 0))}:{now.hour}:{fan.openid}"
    account.note(world.clock.day(), f"read:{where}", int(args.get("times", 1)))
    if args.get("share"):
        account.note(world.clock.day(), f"share:{where}")
    return {"openid": fan.openid, "callbacks": []}


def _message(world: World, account: Account, args: Args) -> dict[str, Any]:
    if args.get("fields"):
        return dict(args["fields"])
    kind = str(args.get("kind", "text"))
    if kind == "text":
        return {"MsgType": "text", "Content": str(args.get("text", "您好"))}
    if kind == "location":
        place = {"Location_X": float(args.get("latitude", 31.23)), "Location_Y": float(args.get("longitude", 121.47))}
        return {"MsgType": kind, **place, "Scale": int(args.get("scale", 16)), "Label": str(args.get("label", ""))}
    if kind == "link":
        titles = {name: str(args.get(name.lower(), "")) for name in ("Title", "Description", "Url")}
        return {"MsgType": kind, **titles}
    if kind not in FILES:
        raise Impossible(f"unknown kind of message {kind}")
    media = _file(world, account, kind, args)
    if kind == "image":
        return {"MsgType": kind, "PicUrl": f"http://mmbiz.qpic.cn/mmbiz/{media.media_id}/0", "MediaId": media.media_id}
    if kind == "voice":
        heard = {"Recognition": str(args["recognition"])} if args.get("recognition") else {}
        return {"MsgType": kind, "MediaId": media.media_id, "Format": "amr", **heard}
    thumb = _file(world, account, "image", {})
    return {"MsgType": kind, "MediaId": media.media_id, "ThumbMediaId": thumb.media_id}


def _file(world: World, account: Account, kind: str, args: Args) -> Media:
    given = base64.b64decode(str(args["base64"]), validate=True) if args.get("base64") else b""
    family = "video" if kind == "shortvideo" else kind
    media_id, now = world.ids.secret(size=48), world.clock.now()
    data = given or PLACEHOLDERS.get(family) or pattern(media_id)
    sha, name = hashlib.sha256(data).hexdigest(), f"{media_id[:8]}.{FILES[kind].partition('/')[2]}"
    media = Media(media_id, family, data, sha, name, FILES[kind], int(now), now + LASTS_S)
    account.media[media_id] = media
    return media


def _note(world: World, account: Account, fan: Fan, fields: dict[str, Any]) -> None:
    number, now = KINDS.get(str(fields.get("MsgType")), 0), world.clock.local()
    if number:
        account.note(world.clock.day(), f"say:{number}:{now.hour}:{fan.openid}")
    session = open_session(account, fan.openid)
    if session:
        record = {"openid": fan.openid, "opercode": 2003, "text": str(fields.get("Content", "")), "time": world.now()}
        account.kf_records.append({**record, "worker": session.kf_account, "msgid": len(account.kf_records) + 1})


def _sending(account: Account, args: Args) -> int:
    if args.get("msg_id"):
        job = account.mass_jobs.get(int(args["msg_id"]))
        if job and job.titles:
            return job.msg_data_id
    for one in account.publications.values():
        if one.article_id == args.get("article_id"):
            return one.msg_data_id
    raise Impossible("no such article went out")


DEEDS: dict[str, Deed] = {"fan.message": say, "fan.read": read}
