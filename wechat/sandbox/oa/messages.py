"""Customer-service messages of an official account to one fan, inside the window that the fan's last act opened."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.oa.service_desk import person_of

OK = {"errcode": 0, "errmsg": "ok"}
MEDIA = {"image": ("image",), "voice": ("voice",), "video": ("video",)}
NEEDED: dict[str, tuple[str, ...]] = {
    "text": ("content",),
    "image": ("media_id",),
    "voice": ("media_id",),
    "video": ("media_id",),
    "music": ("musicurl",),
    "news": ("articles",),
    "mpnews": ("media_id",),
    "mpnewsarticle": ("article_id",),
    "msgmenu": ("list",),
    "wxcard": ("card_id",),
    "miniprogrampage": ("appid", "pagepath"),
    "link": ("url",),
}
"""Kinds of message and what each can't do without."""

TEXT_BYTES = 2048
TYPING_S = 15


def send_custom(call: Call) -> dict[str, Any]:
    """A customer-service message; 45015 outside the window, 45047 when its count is used up."""
    fan = fan_to(call)
    kind = str(call.body.get("msgtype"))
    text = checked(call, kind)
    if service := call.body.get("customservice"):
        person_of(call.account, str(service.get("kf_account", "")))
    if fan.refuses:
        raise Problem(48002, "user refuse to accept the msg")
    if fan.blacklisted:
        raise Problem(43019, "require remove blacklist")
    within_window(call, fan)
    if fan.allowance_left <= 0:
        raise Problem(45047, "out of response count limit")
    fan.allowance_left -= 1
    fan.typing_until = 0.0
    call.world.deliver("custom", [fan.openid], text, via=call.account.appid)
    return OK


def show_typing(call: Call) -> dict[str, Any]:
    """The fan sees that somebody is typing, for fifteen seconds or until a message comes."""
    fan, command = fan_to(call), call.body.get("command")
    if command not in ("Typing", "CancelTyping"):
        raise Problem(45072, "command field value is wrong")
    if not fan.subscribed or call.world.clock.now() >= fan.allowance_until:
        raise Problem(45080, "must send a message to the user before typing, or within 30 seconds")
    now = call.world.clock.now()
    if command == "CancelTyping":
        fan.typing_until = 0.0
        return OK
    if now < fan.typing_until:
        raise Problem(45081, "already in typing")
    fan.typing_until = now + TYPING_S
    return OK


def checked(call: Call, kind: str) -> str:
    """The words of the message's content of this kind; a code when the content can't be sent."""
    content = call.body.get(kind) if kind in NEEDED else None
    if kind not in NEEDED:
        raise Problem(40008, "invalid message type")
    if not isinstance(content, dict) or not content:
        raise Problem(44004, "empty content")
    for name in NEEDED[kind]:
        if not content.get(name):
            raise Problem(44004 if kind == "text" else 40007 if name == "media_id" else 44003, f"empty {name}")
    text = readable(content)
    if kind == "text" and len(str(content["content"]).encode()) > TEXT_BYTES:
        raise Problem(45002, "content size out of limit")
    if kind == "news" and (not isinstance(content["articles"], list) or len(content["articles"]) > 1):
        raise Problem(45008, "article size out of limit")
    if kind == "msgmenu" and not all(one.get("id") and one.get("content") for one in content["list"]):
        raise Problem(40058, "invalid msgmenu list")
    check_media(call, kind, content)
    return text


def check_media(call: Call, kind: str, content: dict[str, Any]) -> None:
    """40007 unless every media_id of the content is a present file of its kind."""
    account, now = call.account, call.world.clock.now()
    if kind in MEDIA and account.holds(str(content["media_id"]), now, *MEDIA[kind]) is None:
        raise Problem(40007, "invalid media_id")
    thumb = content.get("thumb_media_id")
    if kind in ("video", "music", "miniprogrampage") and thumb and account.holds(str(thumb), now) is None:
        raise Problem(40007, "invalid thumb_media_id")
    if kind == "mpnews" and str(content["media_id"]) not in account.drafts:
        raise Problem(40007, "invalid media_id")
    if kind == "mpnewsarticle" and not _published(account, str(content["article_id"])):
        raise Problem(53600, "invalid article_id")


def within_window(call: Call, fan: Fan) -> None:
    """45015 unless the fan follows and did something that opened a window which is still open."""
    if not fan.subscribed or call.world.clock.now() >= fan.allowance_until:
        raise Problem(45015, "response out of time limit or subscription is canceled")


def readable(content: Any) -> str:
    """Every text inside a message, joined, so that tests can look for words."""
    if isinstance(content, dict):
        return " ".join(filter(None, (readable(value) for value in content.values())))
    if isinstance(content, list):
        return " ".join(filter(None, (readable(value) for value in content)))
    return content if isinstance(content, str) else ""


def fan_to(call: Call) -> Fan:
    """The fan that `touser` names; 40003 when nobody has that openid here."""
    fan = call.account.fans.get(call.text("touser", 40003))
    if fan is None:
        raise Problem(40003, "invalid openid")
    return fan


def _published(account: Account, article_id: str) -> bool:
    return any(one.article_id == article_id for one in account.publications.values())


ENDPOINTS = (
    post("/oa/cgi-bin/message/custom/send", send_custom),
    post("/oa/cgi-bin/message/custom/typing", show_typing),
)
