"""Subscribe notices: one per consent, or many for a lasting one; the truth comes as subscribe_msg_sent_event."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.oa.messages import fan_to, readable
from wechat.sandbox.oa.subscribe_templates import check_arguments
from wechat.sandbox.world import World

OK = {"errcode": 0, "errmsg": "ok"}
LASTING = 3


def send(call: Call) -> dict[str, Any]:
    """A subscribe notice; 43101 without a consent to spend, 47003 when an argument doesn't suit the template."""
    fan, account, world = fan_to(call), call.account, call.world
    template = account.subscribe_templates.get(str(call.body.get("template_id", "")))
    if template is None:
        raise Problem(40037, "invalid template_id")
    page = call.body.get("miniprogram")
    if page and not (isinstance(page, dict) and page.get("appid") and page.get("pagepath")):
        raise Problem(41030, "invalid page")
    check_arguments(template, call.body.get("data"))
    template_id = str(template["priTmplId"])
    if fan.refuses or template_id in fan.rejects or fan.credits.get(template_id, 0) <= 0:
        raise Problem(43101, "user refuse to accept the msg")
    if template.get("type") != LASTING:
        fan.credits[template_id] -= 1
    msgid, text = world.ids.number(), f"{template['title']} {readable(call.body['data'])}"
    world.after(world.switches.subscribe_delay_s, lambda: _finish(world, account, fan, template_id, msgid, text))
    return {**OK, "msgid": msgid}


def _finish(world: World, account: Account, fan: Fan, template_id: str, msgid: int, text: str) -> None:
    code, status = (43101, "user refuse to accept the msg") if template_id in fan.rejects else (0, "success")
    if code == 0:
        world.deliver("subscribe", [fan.openid], text, msgid=str(msgid), via=account.appid)
    row = {"TemplateId": template_id, "MsgID": msgid, "ErrorCode": code, "ErrorStatus": status}
    event = {"Event": "subscribe_msg_sent_event", "SubscribeMsgSentEvent": {"List": row}}
    world.tell_account(account, fan.openid, event)


ENDPOINTS = (post("/oa/cgi-bin/message/subscribe/bizsend", send),)
