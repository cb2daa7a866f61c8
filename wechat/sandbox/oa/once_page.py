"""The page on which a fan allows one notice of the old one-time kind; here one picks who is asked."""

from __future__ import annotations

import html
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from wechat.sandbox.calls import Answer, Call, get

LISTED = 200
RESERVED_BYTES = 128
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>一次性订阅 · 沙箱</title><main><h1>允许公众号发送一条通知？</h1><ul>{rows}</ul></main></html>"""


def ask(call: Call) -> Answer:
    """List the fans, each with yes and no; `?as=<openid>&choice=confirm|cancel` answers and goes back to the page."""
    query = call.query
    account, target = call.world.accounts.get(query.get("appid", "")), query.get("redirect_url", "")
    scene = query.get("scene", "")
    if account is None or query.get("action") != "get_confirm" or urlsplit(target).scheme not in ("http", "https"):
        return Answer("参数错误".encode(), status=400)
    if query.get("template_id") not in account.templates or not scene.isdecimal() or int(scene) > 10_000:
        return Answer("template_id 或 scene 参数错误".encode(), status=400)
    if len(query.get("reserved", "").encode()) > RESERVED_BYTES:
        return Answer("reserved 参数错误".encode(), status=400)
    fan, choice = account.fans.get(query.get("as", "")), query.get("choice", "confirm")
    if fan is None:
        return Answer(PAGE.format(rows="".join(_row(call, openid) for openid in list(account.fans)[:LISTED])).encode())
    if choice == "confirm":
        credit = f"{query['template_id']}/{scene}"
        fan.credits[credit] = fan.credits.get(credit, 0) + 1
    parts, kept = urlsplit(target), ("template_id", "scene", "reserved")
    told = {"openid": fan.openid, "action": choice} | {name: query.get(name, "") for name in kept}
    whole = [*parse_qsl(parts.query, keep_blank_values=True), *told.items()]
    return Answer(b"", status=302, headers={"location": urlunsplit(parts._replace(query=urlencode(whole)))})


def _row(call: Call, openid: str) -> str:
    links = "".join(
        f'<a href="{html.escape(call.path)}?{html.escape(urlencode({**call.query, "as": openid, "choice": choice}))}">'
        f"{word}</a> "
        for choice, word in (("confirm", "允许"), ("cancel", "拒绝"))
    )
    return f"<li>{html.escape(openid)} {links}</li>"


ENDPOINTS = (get("/mp/mp/subscribemsg", ask, token=False),)
