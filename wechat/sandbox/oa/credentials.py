"""Tokens, tickets and addresses of an official account."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.calls import Call, Problem, get, post
from wechat.sandbox.tokens import LASTS_S, STABLE_RENEWS_S

FORCED_A_DAY = 20
FORCED_APART_S = 30


def give_token(call: Call) -> dict[str, Any]:
    """The classic token: each call voids the one before, after an overlap."""
    if call.query.get("grant_type") != "client_credential":
        raise Problem(40002, "invalid grant_type")
    account = _known(call, call.query.get("appid", ""), call.query.get("secret", ""))
    now = call.world.clock.now()
    token = call.world.tokens.renew(f"oa:{account.appid}", "classic", now, call.world.switches.token_overlap_s)
    return {"access_token": token.value, "expires_in": LASTS_S}


def give_stable_token(call: Call) -> dict[str, Any]:
    """The stable token: the same value until five minutes before its end; forced renewal 20 a day, 30 s apart."""
    if call.body.get("grant_type") != "client_credential":
        raise Problem(40002, "invalid grant_type")
    account = _known(call, str(call.body.get("appid", "")), str(call.body.get("secret", "")))
    world, now, app = call.world, call.world.clock.now(), f"oa:{account.appid}"
    if call.body.get("force_refresh") is True:
        forced = [moment for moment in world.tokens.forced.get(app, []) if moment > now - 86_400]
        if len(forced) >= FORCED_A_DAY:
            raise Problem(45009, "reach max api daily quota limit")
        if forced and now - forced[-1] < FORCED_APART_S:
            raise Problem(45011, "api minute-quota reach limit, must slower")
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


def list_callback_addresses(_call: Call) -> dict[str, Any]:
    """The addresses that callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


def _known(call: Call, appid: str, secret: str) -> Account:
    account = call.world.accounts.get(appid)
    if account is None:
        raise Problem(40013, "invalid appid")
    if account.config.secret != secret:
        raise Problem(40125, "invalid appsecret")
    return account


ENDPOINTS = (
    get("/oa/cgi-bin/token", give_token, token=False),
    post("/oa/cgi-bin/stable_token", give_stable_token, token=False),
    get("/oa/cgi-bin/ticket/getticket", give_ticket),
    get("/oa/cgi-bin/getcallbackip", list_callback_addresses),
    get("/oa/cgi-bin/get_api_domain_ip", list_callback_addresses),
)
