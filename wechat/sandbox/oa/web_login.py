"""Signing in on web pages: the page where one picks who one is, and the exchange of the code it gives."""

from __future__ import annotations

import html
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.calls import Answer, Call, Problem, get
from wechat.sandbox.corps import Corp

AS_COOKIE = "sandbox_as"
"""Whom the browser plays: set when a link is opened on the play pages."""
CODE_S = 300
TOKEN_S, REFRESH_S = 7200, 30 * 86_400
STATE_BYTES = 128
SCAN_PATH = "/mp/wwlogin/sso/login"
LISTED = 200
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>微信授权 · 沙箱</title><style>body{{font:16px/1.5 system-ui,sans-serif;margin:0;background:#ededed;color:#111}}
main{{max-width:28rem;margin:0 auto;padding:1rem}}h1{{font-size:1.1rem}}a{{display:block;background:#fff;
padding:.8rem 1rem;margin:.3rem 0;border-radius:8px;text-decoration:none;color:inherit}}small{{color:#666}}</style>
<main><h1>{title}</h1><p><small>这里是沙箱，选择以谁的身份打开页面。</small></p>{rows}</main></html>"""


def choose(call: Call) -> Answer:
    """The page that lists who may sign in; `?as=<id>` picks at once. Goes back with a code, once, for five minutes."""
    app, target = call.query.get("appid", ""), call.query.get("redirect_uri", "")
    if urlsplit(target).scheme not in ("http", "https"):
        return Answer("redirect_uri 参数错误".encode(), status=400)
    if len(call.query.get("state", "").encode()) > STATE_BYTES:
        return Answer("state 参数错误".encode(), status=400)
    account, corp = call.world.accounts.get(app), call.world.corps.get(app)
    if account is None and corp is None:
        return Answer("appid 参数错误".encode(), status=400)
    people = _fans(account) if account else _corp_people(corp, call.path == SCAN_PATH) if corp else {}
    chosen = call.query.get("as", "") or _playing(call, people)
    if not chosen:
        return Answer(_page(call, people).encode())
    if chosen not in people:
        return Answer("没有这个人".encode(), status=404)
    code = call.world.ids.secret(size=24)
    scope = call.query.get("scope", "snsapi_base")
    expires = call.world.clock.now() + CODE_S
    call.world.login_codes[code] = {"app": app, "who": chosen, "scope": scope, "expires": expires, "used": False}
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query, keep_blank_values=True), ("code", code), ("state", call.query.get("state", ""))]
    return Answer(b"", status=302, headers={"location": urlunsplit(parts._replace(query=urlencode(query)))})


def spend_code(call: Call, app: str, code: str) -> dict[str, Any]:
    """The login behind a code, once: 40029 unknown, foreign or expired, 40163 used."""
    login = call.world.login_codes.get(code)
    if login is None or login["app"] != app or call.world.clock.now() >= login["expires"]:
        raise Problem(40029, "invalid code")
    if login["used"]:
        raise Problem(40163, "code been used")
    login["used"] = True
    return login


def exchange(call: Call) -> dict[str, Any]:
    """code -> web token and openid."""
    account = call.world.accounts.get(call.query.get("appid", ""))
    if account is None:
        raise Problem(40013, "invalid appid")
    if account.config.secret != call.query.get("secret"):
        raise Problem(40125, "invalid appsecret")
    if not call.query.get("code"):
        raise Problem(41008, "missing code")
    login = spend_code(call, account.appid, call.query["code"])
    fan = account.fans[login["who"]]
    token, refresh = call.world.ids.secret(), call.world.ids.secret()
    issued = {"openid": fan.openid, "appid": account.appid, "scope": login["scope"]}
    now = call.world.clock.now()
    call.world.web_tokens[token] = {**issued, "expires": now + TOKEN_S}
    call.world.web_tokens[f"refresh:{refresh}"] = {**issued, "expires": now + REFRESH_S}
    answer = {"access_token": token, "expires_in": 7200, "refresh_token": refresh, "openid": fan.openid}
    union = {"unionid": fan.unionid} if fan.unionid and login["scope"] == "snsapi_userinfo" else {}
    return {**answer, "scope": login["scope"], **union}


def renew(call: Call) -> dict[str, Any]:
    """Another web token for a refresh token, which lasts thirty days."""
    if call.query.get("grant_type") != "refresh_token":
        raise Problem(40002, "invalid grant_type")
    if not call.query.get("refresh_token"):
        raise Problem(41003, "refresh_token missing")
    refresh = call.query["refresh_token"]
    login = call.world.web_tokens.get(f"refresh:{refresh}")
    if login is None or login["appid"] != call.query.get("appid"):
        raise Problem(40030, "invalid refresh_token")
    if call.world.clock.now() >= login["expires"]:
        raise Problem(42002, "refresh_token expired")
    token = call.world.ids.secret()
    call.world.web_tokens[token] = {**login, "expires": call.world.clock.now() + TOKEN_S}
    answer = {"access_token": token, "expires_in": TOKEN_S, "refresh_token": refresh}
    return {**answer, "openid": login["openid"], "scope": login["scope"]}


def check_token(call: Call) -> dict[str, Any]:
    """Whether a web token is still good for this openid."""
    _login(call)
    return {"errcode": 0, "errmsg": "ok"}


def show_person(call: Call) -> dict[str, Any]:
    """Name and unionid of who signed in, with the scope snsapi_userinfo only."""
    login = _login(call)
    if login["scope"] != "snsapi_userinfo":
        raise Problem(48001, "api unauthorized")
    fan = call.world.accounts[login["appid"]].fans[login["openid"]]
    person = {"openid": fan.openid, "nickname": fan.name or "微信用户", "sex": 0, "province": "", "city": ""}
    union = {"unionid": fan.unionid} if fan.unionid else {}
    return {**person, "country": "", "headimgurl": "", "privilege": [], **union}


def _playing(call: Call, people: dict[str, str]) -> str:
    """Whom the browser plays (wechat.sandbox.play), when they are somebody who can sign in here."""
    kept = SimpleCookie(call.cookies).get(AS_COOKIE)
    ids = unquote(kept.value).split() if kept else []
    return next((one for one in ids if one in people), "")


def _login(call: Call) -> dict[str, Any]:
    if not call.query.get("access_token"):
        raise Problem(41001, "access_token missing")
    login = call.world.web_tokens.get(call.query["access_token"])
    if login is None or call.query["access_token"].startswith("refresh:"):
        raise Problem(40001, "invalid credential, access_token is invalid or not latest")
    if login["openid"] != call.query.get("openid"):
        raise Problem(40003, "invalid openid")
    if call.world.clock.now() >= login["expires"]:
        raise Problem(42001, "access_token expired")
    return login


def _fans(account: Account) -> dict[str, str]:
    def shown(fan: Fan) -> str:
        return f"{fan.name or '微信用户'}{'' if fan.subscribed else '（未关注）'}"

    return {fan.openid: shown(fan) for fan in account.fans.values()}


def _corp_people(corp: Corp, members_only: bool) -> dict[str, str]:
    members = {one.userid: f"{one.name}（员工）" for one in corp.members.values() if not one.left}
    if members_only:
        # the code on this page is scanned with WeCom, which clients don't have
        return members
    return members | {one.external_userid: one.name for one in corp.externals.values()}


def _page(call: Call, people: dict[str, str]) -> str:
    words = call.query.get("q", "")
    found = [(person, name) for person, name in people.items() if words in name or words in person]
    rows = "".join(_row(call, person, name) for person, name in found[:LISTED])
    kept = "".join(
        f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
        for name, value in call.query.items()
        if name != "q"
    )
    search = f'<input name="q" value="{html.escape(words)}" placeholder="姓名或编号"><button>查找</button>'
    form = f'<form action="{html.escape(call.path)}">{kept}{search}</form>'
    more = f"<p><small>共 {len(found)} 人，列出前 {LISTED} 人。</small></p>" if len(found) > LISTED else ""
    return PAGE.format(title="选择微信用户", rows=form + rows + more)


def _row(call: Call, person: str, name: str) -> str:
    link = f"{call.path}?{urlencode({**call.query, 'as': person})}"
    return f'<a href="{html.escape(link)}">{html.escape(name)} <small>{html.escape(person)}</small></a>'


ENDPOINTS = (
    get("/mp/connect/oauth2/authorize", choose, token=False),
    get(SCAN_PATH, choose, token=False),
    get("/oa/sns/oauth2/access_token", exchange, token=False),
    get("/oa/sns/oauth2/refresh_token", renew, token=False),
    get("/oa/sns/auth", check_token, token=False),
    get("/oa/sns/userinfo", show_person, token=False),
)
