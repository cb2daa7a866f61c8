"""Tokens and tickets of an official account, and who may have them."""

from __future__ import annotations

import ipaddress
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.oa import daily_quotas
from wechat.sandbox.tokens import LASTS_S, STABLE_RENEWS_S

FORCED_A_DAY = 20
FORCED_APART_S = 30


def give_token(call: Call) -> dict[str, Any]:
    """The classic token: each call voids the one before, after an overlap."""
    if call.query.get("grant_type") != "client_credential":
        raise Problem(40002, "invalid grant_type")
    account = known(call, call.query.get("appid"), call.query.get("secret"))
    daily_quotas.admit(call.world, account, call.path)
    now = call.world.clock.now()
    token = call.world.tokens.renew(f"oa:{account.appid}", "classic", now, call.world.switches.token_overlap_s)
    return {"access_token": token.value, "expires_in": LASTS_S}


def give_stable_token(call: Call) -> dict[str, Any]:
    """The stable token: the same value until five minutes before its end; forced renewal 20 a day, 30 s apart."""
    if call.body.get("grant_type") != "client_credential":
        raise Problem(40002, "invalid grant_type")
    account = known(call, call.body.get("appid"), call.body.get("secret"))
    daily_quotas.admit(call.world, account, call.path)
    world, now, app = call.world, call.world.clock.now(), f"oa:{account.appid}"
    if call.body.get("force_refresh") is True:
        forced = [moment for moment in world.tokens.forced.get(app, []) if _same_day(moment, now)]
        if len(forced) >= FORCED_A_DAY:
            raise Problem(45009, "reach max api daily quota limit")
        if forced and now - forced[-1] < FORCED_APART_S:
            raise Problem(45011, "api minute-quota reach limit, must slower, retry next minute")
        world.tokens.forced[app] = [*forced, now]
        token = world.tokens.renew(app, "stable", now, 0)
    else:
        token = world.tokens.steady(app, "stable", now, STABLE_RENEWS_S, 300)
    return {"access_token": token.value, "expires_in": int(token.expires - now)}


def give_ticket(call: Call) -> dict[str, Any]:
    """The ticket for page signatures; the same one for two hours."""
    kind = call.query.get("type", "")
    if kind not in ("jsapi", "wx_card"):
        raise Problem(40097, "invalid args")
    now = call.world.clock.now()
    ticket = call.world.tokens.steady(f"ticket:{kind}:{call.account.appid}", "ticket", now)
    return {"errcode": 0, "errmsg": "ok", "ticket": ticket.value, "expires_in": int(ticket.expires - now)}


def known(call: Call, appid: Any, secret: Any) -> Account:
    """The account that appid and secret belong to, asked from an address it allows; else the code that says why not."""
    if not appid:
        raise Problem(41002, "appid missing")
    if not secret:
        raise Problem(41004, "appsecret missing")
    account = call.world.accounts.get(str(appid))
    if account is None:
        raise Problem(40013, "invalid appid")
    if account.config.ip_whitelist and not _allowed(call.ip, account.config.ip_whitelist):
        raise Problem(40164, f"invalid ip {call.ip} ipv6 ::ffff:{call.ip}, not in whitelist")
    if account.config.secret_frozen:
        raise Problem(40243, "appsecret is frozen, please unfreeze it on the platform first")
    if account.config.secret != secret:
        code = call.world.switches.wrong_secret_errcode
        raise Problem(
            code, "invalid appsecret" if code == 40125 else "invalid credential, appsecret is not of this appid"
        )
    return account


def _allowed(ip: str, allowed: list[str]) -> bool:
    try:
        return any(ipaddress.ip_address(ip) in ipaddress.ip_network(one, strict=False) for one in allowed)
    except ValueError:
        return False


def _same_day(one: float, other: float) -> bool:
    return int((one + 8 * 3600) // 86_400) == int((other + 8 * 3600) // 86_400)


ENDPOINTS = (
    get("/oa/cgi-bin/token", give_token, token=False),
    post("/oa/cgi-bin/stable_token", give_stable_token, token=False),
    get("/oa/cgi-bin/ticket/getticket", give_ticket),
)
