"""A client's phone for the demo: what reached one person, newest first, with links that open."""

from __future__ import annotations

import html
import re
from datetime import datetime
from urllib.parse import urlencode

from wechat.sandbox.calls import Answer, Call, get
from wechat.sandbox.reached import Delivery
from wechat.sandbox.virtual_clock import SHANGHAI
from wechat.sandbox.world import World

SHOWN = 100
KINDS = {
    "custom": "公众号消息",
    "template": "模板消息",
    "mass": "群发消息",
    "reply": "自动回复",
    "welcome": "欢迎语",
    "group_message": "客户经理消息",
    "group_chat": "群消息",
    "staff": "应用消息",
    "reminder": "群发提醒",
}
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title} · 沙箱手机</title><style>body{{font:16px/1.6 system-ui,sans-serif;margin:0;background:#eee;color:#111}}
main{{max-width:28rem;margin:0 auto;padding:1rem}}h1{{font-size:1.1rem}}article{{background:#fff;margin:.5rem 0;
padding:.8rem 1rem;border-radius:8px;overflow-wrap:anywhere}}small{{color:#595959}}</style>
<main><h1>{title}</h1>{rows}</main></html>"""


def show(call: Call) -> Answer:
    """The messages of one person (`?who=`), or the people whom something reached lately."""
    who = call.query.get("who", "")
    log = call.world.reached.log
    if who:
        mine = [one for one in reversed(log) if who in one.people][:SHOWN]
        rows = "".join(_message(one) for one in mine) or "<p>还没有收到消息。</p>"
        return Answer(PAGE.format(title=html.escape(_name(call.world, who)), rows=rows).encode())
    lately = dict.fromkeys(person for one in reversed(log[-2000:]) for person in one.people)
    rows = "".join(_person(call, person) for person in list(lately)[:SHOWN]) or "<p>还没有人收到消息。</p>"
    return Answer(PAGE.format(title="最近收到消息的人", rows=rows).encode())


def _person(call: Call, person: str) -> str:
    link = html.escape(f"{call.path}?{urlencode({'who': person})}")
    return f'<article><a href="{link}">{html.escape(_name(call.world, person))}</a></article>'


def _message(one: Delivery) -> str:
    at = datetime.fromtimestamp(one.at, SHANGHAI).strftime("%m-%d %H:%M:%S")
    text = re.sub(r"https?://[^\s&<>\"']+(?:&amp;[^\s&<>\"']+)*", _link, html.escape(one.text))
    kind = html.escape(KINDS.get(one.kind, one.kind))
    return f"<article><small>{kind} · {at} {html.escape(one.sender)}</small><br>{text}</article>"


def _link(hit: re.Match[str]) -> str:
    return f'<a href="{hit[0]}">{hit[0]}</a>'


def _name(world: World, person: str) -> str:
    for account in world.accounts.values():
        if fan := account.fans.get(person):
            return f"{fan.name or '微信用户'}（公众号粉丝）"
    for corp in world.corps.values():
        if client := corp.externals.get(person):
            return f"{client.name}（企业微信客户）"
        if member := corp.members.get(person):
            return f"{member.name}（员工）"
    return person


ENDPOINTS = (get("/mp/phone", show, token=False),)
