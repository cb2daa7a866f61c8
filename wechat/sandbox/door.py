"""The API face of the sandbox: faults first, then method, token and capability, then the endpoint; all is audited."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import secrets
from typing import Any

from starlette.types import Receive, Scope, Send

from wechat.sandbox import hosts, requests
from wechat.sandbox.audit import Entry
from wechat.sandbox.calls import Answer, Call, Endpoint, Problem
from wechat.sandbox.endpoints import ENDPOINTS
from wechat.sandbox.faults import Rule
from wechat.sandbox.oa import daily_quotas
from wechat.sandbox.requests import Reply, Request
from wechat.sandbox.stage import Stage
from wechat.sandbox.wecom import admission
from wechat.sandbox.world import World

log = logging.getLogger("wechat.sandbox")
MAINTENANCE = "<html><head><title>{0}</title></head><body><center><h1>{0}</h1></center></body></html>"
ESCAPED = re.compile(rb"(?<!\\)(?:\\\\)*\\u(?!00[01])[0-9a-fA-F]{4}")
TOKEN_WORDS = {
    41001: "access_token missing",
    40014: "invalid access_token",
    42001: "access_token expired",
    40001: "invalid credential, access_token is invalid or not latest",
}
ANSWER_BYTES = 4096
INSTEAD = frozenset({"hang", "reset", "http_502", "html_200", "errcode", "quota"})
"""Faults that keep the call from happening; the others let it happen and spoil the answer."""


class Door:
    """An ASGI application for every path under /oa, /wx and /mp."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            request = await requests.read(scope, receive)
        except ValueError:
            await requests.write(Reply(b"", "text/plain", 413), send)
            return
        world = self.stage.world
        request.path = hosts.path_of(world, request.host, request.path, request.query.get("access_token", ""))
        caller, crowd = admission.caller(world, request), world.brakes.at_once
        crowd[caller] += 1
        try:
            await self._answer(world, request, bool(caller) and crowd[caller] > most(world), receive, send)
        finally:
            crowd[caller] -= 1

    async def _answer(self, world: World, request: Request, crowded: bool, receive: Receive, send: Send) -> None:
        latency, rule = world.faults.take(request.path, world.clock.now())
        if latency:
            await asyncio.sleep(latency / 1000)
        if rule and rule.kind == "revoke_token":
            token = world.tokens.all.get(request.query.get("access_token", ""))
            world.tokens.revoke(token.app if token else "")
        call = Call(world, request.path, request.query, request.body, request.content_type, request.ip)
        call.base, call.cookies = request.base, request.cookies
        if crowded:
            reply = refusal(request.path, 45033, "concurrent calls out of limit", ip=request.ip)
        elif rule and rule.kind in INSTEAD:
            reply = _broken(rule, request)
        else:
            reply = answer(call, request)
        _audit(world, request, reply, call, rule.kind if rule else "")
        await _finish(rule.kind if rule else "", reply, receive, send)


def most(world: World) -> int:
    """How many calls of one corp may be under way at once."""
    return world.switches.wecom_concurrent or 1_000_000


def answer(call: Call, request: Request) -> Reply:
    """What WeChat would say to this request."""
    try:
        endpoint = _find(call, request)
        _admit(call, endpoint)
        told = _run(call, endpoint)
    except Problem as problem:
        return refusal(request.path, problem.errcode, problem.errmsg, problem.extra, request.ip)
    if isinstance(told, Answer):
        return Reply(told.body, told.content_type, told.status, told.headers)
    if request.path.startswith("/wx/"):
        told = {"errcode": 0, "errmsg": "ok", **told}
    return Reply(_json(told), errcode=told.get("errcode"))


def refusal(path: str, errcode: int, errmsg: str, extra: dict[str, Any] | None = None, ip: str = "127.0.0.1") -> Reply:
    """An errcode with the decoration of its side: a request id, or a hint with the caller's address."""
    mark = secrets.token_hex(8)
    if path.startswith("/wx/"):
        more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={errcode}"
        errmsg = f"{errmsg}, hint: [{int(mark, 16)}], from ip: {ip}, {more}"
    else:
        errmsg = f"{errmsg} rid: {mark[:8]}-{mark[8:]}-{secrets.token_hex(4)}"
    return Reply(_json({"errcode": errcode, "errmsg": errmsg, **(extra or {})}), errcode=errcode)


def _find(call: Call, request: Request) -> Endpoint:
    endpoint = ENDPOINTS.get(request.path)
    if endpoint is None:
        raise Problem(40066, f"invalid url {request.path}")
    if request.method not in endpoint.method.split("|"):
        raise Problem(43002 if endpoint.method == "POST" else 43001, f"require {endpoint.method} method")
    if call.world.switches.strict_unicode and _is_escaped(request):
        raise Problem(40033, "invalid charset, \\uxxxx isn't allowed")
    return endpoint


def _is_escaped(request: Request) -> bool:
    return request.body[:1] == b"{" and b"\\u" in request.body and ESCAPED.search(request.body) is not None


def _admit(call: Call, endpoint: Endpoint) -> None:
    if not endpoint.token:
        return
    errcode, token = call.world.tokens.judge(call.query.get("access_token", ""), call.world.clock.now())
    if errcode or token is None:
        raise Problem(errcode, TOKEN_WORDS[errcode])
    side, _, rest = token.app.partition(":")
    if side == "ticket":
        raise Problem(40014, TOKEN_WORDS[40014])
    if side != endpoint.path[1:3]:
        raise Problem(40001, TOKEN_WORDS[40001])
    if side == "oa":
        call.account_ = call.world.account(rest)
        daily_quotas.admit(call.world, call.account_, endpoint.path)
        return
    admission.admit(call, endpoint, rest)


def _run(call: Call, endpoint: Endpoint) -> dict[str, Any] | Answer:
    try:
        return endpoint.handler(call)
    except (ValueError, TypeError, AttributeError) as error:
        # The platform answers a field of the wrong shape with a code; the log shows whether it was our own mistake.
        log.warning("%s took a field badly", endpoint.path, exc_info=error)
        raise Problem(40058 if endpoint.path.startswith("/wx/") else 47001, "invalid parameter") from None


def _broken(rule: Rule, request: Request) -> Reply:
    if rule.kind == "http_502":
        return Reply(MAINTENANCE.format("502 Bad Gateway").encode(), "text/html", 502)
    if rule.kind == "html_200":
        return Reply(MAINTENANCE.format("系统维护中").encode(), "text/html; charset=utf-8")
    if rule.kind in ("hang", "reset"):
        return Reply(b"", status=0)
    errcode = 45009 if rule.kind == "quota" and rule.errcode == -1 else rule.errcode
    return refusal(request.path, errcode, "system error" if errcode == -1 else "sandbox fault")


async def _finish(kind: str, reply: Reply, receive: Receive, send: Send) -> None:
    if kind in ("hang", "accept_then_timeout"):
        await requests.hang(receive)
    elif kind in ("reset", "accept_then_reset"):
        await requests.drop(receive, send)
    elif kind == "truncated":
        await requests.write(reply, send, cut=True)
        await requests.drop(receive, send, flush=True)
    else:
        await requests.write(reply, send)


def _audit(world: World, request: Request, reply: Reply, call: Call, fault: str) -> None:
    app = ""
    if call.account_:
        app = f"oa:{call.account_.appid}"
    elif call.agent_ and call.corp_:
        app = f"wx:{call.corp_.corpid}:{call.agent_.agentid}"
    status = 0 if fault in ("accept_then_timeout", "accept_then_reset") else reply.status
    entry = Entry(
        0, world.clock.now(), request.method, request.path, request.query, request.body, app, status, None, ""
    )
    entry.errcode, entry.fault, entry.ip, entry.answer = reply.errcode, fault, request.ip, reply.body[:ANSWER_BYTES]
    world.audit.record(entry)


def _json(told: dict[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
