"""Template notices and the account's list of templates; the truth about a notice comes as TEMPLATESENDJOBFINISH."""

from __future__ import annotations

import re
from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa.messages import fan_to, readable
from wechat.sandbox.oa.subscribe_templates import check_arguments
from wechat.sandbox.world import World

OK = {"errcode": 0, "errmsg": "ok"}
REPEAT_S = 600
IN_USE = 25
RESERVED_BYTES = 128
INDUSTRIES = {
    1: ("IT科技", "互联网|电子商务"),
    7: ("金融业", "银行"),
    8: ("金融业", "基金|理财|信托"),
    9: ("金融业", "保险"),
}
LIBRARY = {
    "TM00015": ("订单支付成功", "支付金额：{{orderMoneySum.DATA}}\n商品信息：{{orderProductName.DATA}}"),
    "OPENTM200565259": (
        "业务办理提醒",
        "{{first.DATA}}\n业务：{{keyword1.DATA}}\n时间：{{keyword2.DATA}}\n{{remark.DATA}}",
    ),
    "43216": ("预约成功通知", "预约事项：{{thing1.DATA}}\n预约时间：{{time2.DATA}}\n预约网点：{{thing3.DATA}}"),
}
KEYWORD = re.compile(r"\{\{(\w+)\.DATA\}\}")


def send_template(call: Call) -> dict[str, Any]:
    """A template notice; the truth about it comes as TEMPLATESENDJOBFINISH a moment later.

    The same `client_msg_id` to the same fan within ten minutes is sent once and answers the first msgid.
    """
    fan, world, account = fan_to(call), call.world, call.account
    template = account.templates.get(str(call.body.get("template_id", "")))
    if template is None:
        raise Problem(40037, "invalid template_id")
    data = call.body.get("data")
    if not isinstance(data, dict):
        raise Problem(47001, "data format error")
    check_arguments(template, data, complete=False)
    if (page := call.body.get("miniprogram")) and not (isinstance(page, dict) and page.get("appid")):
        raise Problem(40013, "invalid appid")
    if not fan.subscribed:
        raise Problem(43004, "require subscribe")
    if fan.blacklisted:
        raise Problem(43019, "require remove blacklist")
    once, now = f"{fan.openid}/{call.body.get('client_msg_id', '')}", world.clock.now()
    if call.body.get("client_msg_id") and once in account.sent_once:
        sent_at, msgid = account.sent_once[once]
        if now - sent_at < REPEAT_S:
            return {**OK, "msgid": msgid}
    msgid = world.ids.number()
    if call.body.get("client_msg_id"):
        account.sent_once[once] = (now, msgid)
    text = f"{template.get('title', '')} {readable(data)} {call.body.get('url') or ''}".strip()
    world.after(world.switches.template_delay_s, lambda: _finish(world, account, fan, text, msgid))
    return {**OK, "msgid": msgid}


def send_once_subscribed(call: Call) -> dict[str, Any]:
    """The old one-time notice: one for each consent that the fan gave for this scene."""
    fan = fan_to(call)
    template_id, scene = str(call.body.get("template_id", "")), str(call.body.get("scene", ""))
    if template_id not in call.account.templates:
        raise Problem(40037, "invalid template_id")
    if not scene.isdecimal() or int(scene) > 10_000:
        raise Problem(40097, "invalid scene")
    if len(str(call.body.get("title") or "")) > 15:
        raise Problem(45003, "title size out of limit")
    credit = f"{template_id}/{scene}"
    if fan.credits.get(credit, 0) <= 0:
        raise Problem(43101, "user refuse to accept the msg")
    fan.credits[credit] -= 1
    text = f"{call.body.get('title', '')} {readable(call.body.get('data'))}"
    call.world.deliver("subscribe", [fan.openid], text.strip(), via=call.account.appid)
    return OK


def list_templates(call: Call) -> dict[str, Any]:
    """The templates in use."""
    return {"template_list": list(call.account.templates.values())}


def add_template(call: Call) -> dict[str, Any]:
    """Take a template of the library into use; at most 25."""
    found = LIBRARY.get(str(call.body.get("template_id_short", "")))
    if found is None:
        raise Problem(40037, "invalid template_id_short")
    if len(call.account.templates) >= IN_USE:
        raise Problem(45026, "template num exceeds limit")
    title, content = found
    wanted = call.body.get("keyword_name_list") or []
    if wanted and not isinstance(wanted, list):
        raise Problem(47001, "data format error")
    template_id = call.world.ids.secret(size=32)
    row = {"template_id": template_id, "title": title, "content": content, "example": ""}
    primary, deputy = INDUSTRIES[7]
    call.account.templates[template_id] = {**row, "primary_industry": primary, "deputy_industry": deputy}
    return {**OK, "template_id": template_id}


def delete_template(call: Call) -> dict[str, Any]:
    """Take a template out of use."""
    if call.account.templates.pop(str(call.body.get("template_id", "")), None) is None:
        raise Problem(40037, "invalid template_id")
    return OK


def set_industries(call: Call) -> dict[str, Any]:
    """The account's two lines of business; they may change once a month."""
    chosen = [str(call.body.get(name, "")) for name in ("industry_id1", "industry_id2")]
    if not all(one.isdecimal() and 1 <= int(one) <= 41 for one in chosen):
        raise Problem(40102, "invalid industry_id")
    month = call.world.clock.month()
    if call.account.industry_changed == month:
        raise Problem(43100, "change template too frequently")
    call.account.industries, call.account.industry_changed = [int(one) for one in chosen], month
    return OK


def show_industries(call: Call) -> dict[str, Any]:
    """The account's two lines of business by name."""
    first, second = (INDUSTRIES.get(one, ("其他", "其他")) for one in call.account.industries)
    names = ("first_class", "second_class")
    return {
        "primary_industry": dict(zip(names, first, strict=True)),
        "secondary_industry": dict(zip(names, second, strict=True)),
    }


def _finish(world: World, account: Account, fan: Fan, text: str, msgid: int) -> None:
    blocked = fan.refuses or not fan.subscribed
    if not blocked:
        world.deliver("template", [fan.openid], text, msgid=str(msgid), via=account.appid)
    status = "failed:user block" if blocked else "success"
    world.tell_account(account, fan.openid, {"Event": "TEMPLATESENDJOBFINISH", "MsgID": msgid, "Status": status})


ENDPOINTS = (
    post("/oa/cgi-bin/message/template/send", send_template),
    post("/oa/cgi-bin/message/template/subscribe", send_once_subscribed),
    either("/oa/cgi-bin/template/get_all_private_template", list_templates),
    post("/oa/cgi-bin/template/api_add_template", add_template),
    post("/oa/cgi-bin/template/del_private_template", delete_template),
    post("/oa/cgi-bin/template/api_set_industry", set_industries),
    either("/oa/cgi-bin/template/get_industry", show_industries),
)
