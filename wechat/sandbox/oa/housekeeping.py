"""What an account's engineer asks the platform about itself: addresses, the callback's network, quotas, refusals."""

from __future__ import annotations

import json
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa import daily_quotas
from wechat.sandbox.oa.credentials import known

OK = {"errcode": 0, "errmsg": "ok"}
OPERATORS = ("CHINANET", "UNICOM", "CAP", "DEFAULT")


def list_callback_addresses(_call: Call) -> dict[str, Any]:
    """The addresses that callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


def check_callback(call: Call) -> dict[str, Any]:
    """Name service and ping of the callback's host, as if somebody had asked."""
    action, operator = call.body.get("action"), call.body.get("check_operator", "DEFAULT")
    if action not in ("dns", "ping", "all"):
        raise Problem(40202, "invalid action")
    if operator not in OPERATORS:
        raise Problem(40203, "invalid check_operator")
    if not call.account.config.callback_url:
        raise Problem(40201, "invalid url, please set the callback url first")
    lines = [one for one in OPERATORS[:3] if operator in (one, "DEFAULT")]
    dns = [{"ip": "127.0.0.1", "real_operator": line} for line in lines]
    ping = [{"ip": "127.0.0.1", "from_operator": line, "package_loss": "0%", "time": "0.410ms"} for line in lines]
    return {**({"dns": dns} if action != "ping" else {}), **({"ping": ping} if action != "dns" else {})}


def clear_quota(call: Call) -> dict[str, Any]:
    """Every count of today to zero; ten times a month."""
    if call.body.get("appid") != call.account.appid:
        raise Problem(40013, "invalid appid")
    daily_quotas.clear(call.world, call.account)
    return OK


def clear_quota_by_secret(call: Call) -> dict[str, Any]:
    """The same without a token, for who used up the token's own quota."""
    source = call.body if call.raw.strip() else call.query
    account = known(call, source.get("appid"), source.get("appsecret"))
    daily_quotas.clear(call.world, account)
    return OK


def clear_one_quota(call: Call) -> dict[str, Any]:
    """One path's count of today to zero; it counts against the same ten a month."""
    daily_quotas.clear(call.world, call.account, _path(call))
    return OK


def show_quota(call: Call) -> dict[str, Any]:
    """A path's calls of today and what is left of them."""
    path = _path(call)
    told: dict[str, Any] = {**OK, "quota": daily_quotas.show(call.world, call.account, path)}
    if path in daily_quotas.A_MINUTE:
        told["rate_limit"] = {"call_count": daily_quotas.A_MINUTE[path], "refresh_second": 60}
    return told


def explain_refusal(call: Call) -> dict[str, Any]:
    """The request that was refused with this rid."""
    entry = call.world.audit.by_rid(str(call.body.get("rid", "")))
    if entry is None:
        raise Problem(76001, "rid not found")
    if not _own(call.account, entry.app):
        raise Problem(76002, "rid is error")
    shown = entry.show()
    request = {
        "invoke_time": int(entry.at),
        "cost_in_ms": 1,
        "request_url": "&".join(f"{name}={value}" for name, value in shown["query"].items()),
        "request_body": json.dumps(shown["body"], ensure_ascii=False) if shown["body"] is not None else "",
        "response_body": entry.answer.decode(errors="replace"),
        "client_ip": entry.ip,
    }
    return {**OK, "request": request}


def _own(account: Account, app: str) -> bool:
    return app in ("", f"oa:{account.appid}")


def _path(call: Call) -> str:
    from wechat.sandbox.endpoints import ENDPOINTS as ALL  # here, for that table lists this file too

    path = "/" + str(call.body.get("cgi_path", "")).lstrip("/")
    if f"/oa{path}" not in ALL:
        raise Problem(76021, "cgi_path not found, please check")
    return path


ENDPOINTS = (
    either("/oa/cgi-bin/getcallbackip", list_callback_addresses),
    either("/oa/cgi-bin/get_api_domain_ip", list_callback_addresses),
    post("/oa/cgi-bin/callback/check", check_callback),
    post("/oa/cgi-bin/clear_quota", clear_quota),
    either("/oa/cgi-bin/clear_quota/v2", clear_quota_by_secret, token=False),
    post("/oa/cgi-bin/openapi/quota/clear", clear_one_quota),
    post("/oa/cgi-bin/openapi/quota/get", show_quota),
    post("/oa/cgi-bin/openapi/rid/get", explain_refusal),
)
