"""Messages of an official account to one fan: customer service inside its window, and template notices."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.world import World

TYPES = frozenset(
    {"text", "image", "voice", "video", "music", "news", "mpnews", "mpnewsarticle", "msgmenu", "miniprogrampage"}
)
TEXT_BYTES = 2048
REPEAT_S = 600


def send_custom(call: Call) -> dict[str, Any]:
    """A customer-service message; 45015 outside the window, 45047 when its count is used up."""
    fan = _fan(call)
    kind = call.body.get("msgtype")
    if kind not in TYPES:
        raise Problem(40008, "invalid message type")
    content = call.body.get(str(kind))
    if not isinstance(content, dict) or not content:
        raise Problem(44004, "empty content")
    text = readable(content)
    if kind == "text" and not content.get("content"):
        raise Problem(44004, "empty content")
    if kind == "text" and len(text.encode()) > TEXT_BYTES:
        raise Problem(45002, "content size out of limit")
    if fan.refuses:
        raise Problem(48002, "user refuses messages")
    if not fan.subscribed or call.world.clock.now() >= fan.allowance_until:
        raise Problem(45015, "response out of time limit or subscription is canceled")
    if fan.allowance_left <= 0:
        raise Problem(45047, "out of response count limit")
    fan.allowance_left -= 1
    call.world.deliver("custom", [fan.openid], text, via=call.account.appid)
    return {"errcode": 0, "errmsg": "ok"}


def send_template(call: Call) -> dict[str, Any]:
    """A template notice; the truth about it comes as TEMPLATESENDJOBFINISH a moment later.

    The same `client_msg_id` to the same fan within ten minutes is sent once and answers the first msgid.
    """
    fan, world, account = _fan(call), call.world, call.account
    template = account.templates.get(str(call.body.get("template_id", "")))
    if template is None:
        raise Problem(40037, "invalid template_id")
    data = call.body.get("data")
    if not isinstance(data, dict):
        raise Problem(47001, "data format error")
    if not fan.subscribed:
        raise Problem(43004, "require subscribe")
    if fan.blacklisted:
        raise Problem(43019, "require remove blacklist")
    once, now = f"{fan.openid}/{call.body.get('client_msg_id', '')}", world.clock.now()
    if call.body.get("client_msg_id") and once in account.sent_once:
        sent_at, msgid = account.sent_once[once]
        if now - sent_at < REPEAT_S:
            return {"errcode": 0, "errmsg": "ok", "msgid": msgid}
    msgid = world.ids.number()
    if call.body.get("client_msg_id"):
        account.sent_once[once] = (now, msgid)
    text = f"{template.get('title', '')} {readable(data)}".strip()
    world.after(world.switches.template_delay_s, lambda: _finish(world, account, fan, text, msgid))
    return {"errcode": 0, "errmsg": "ok", "msgid": msgid}


def list_templates(call: Call) -> dict[str, Any]:
    """The templates in use."""
    return {"template_list": list(call.account.templates.values())}


def readable(content: Any) -> str:
    """Every text inside a message, joined, so that tests can look for words."""
    if isinstance(content, dict):
        return " ".join(filter(None, (readable(value) for value in content.values())))
    if isinstance(content, list):
        return " ".join(filter(None, (readable(value) for value in content)))
    return content if isinstance(content, str) else ""


def _finish(world: World, account: Account, fan: Fan, text: str, msgid: int) -> None:
    blocked = fan.refuses or not fan.subscribed
    if not blocked:
        world.deliver("template", [fan.openid], text, msgid=str(msgid), via=account.appid)
    status = "failed:user block" if blocked else "success"
    world.tell_account(account, fan.openid, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status})


def _fan(call: Call) -> Fan:
    fan = call.account.fans.get(call.text("touser", 40003))
    if fan is None:
        raise Problem(40003, "invalid openid")
    return fan


ENDPOINTS = (
    post("/oa/cgi-bin/message/custom/send", send_custom),
    post("/oa/cgi-bin/message/template/send", send_template),
    get("/oa/cgi-bin/template/get_all_private_template", list_templates),
)
