"""Tokens and page tickets of a corp's apps, and the addresses that callbacks come from."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get
from wechat.sandbox.wecom.brakes import BAD_TOKEN_CALLS

TICKETS_AN_HOUR = {"corp": 400, "agent_config": 100}
"""Page tickets given in an hour: to all apps of a corp together, and to one app."""


def give_token(call: Call) -> dict[str, Any]:
    """The token of one app: the same value for its two hours; bad calls too often shut the corp out for an hour."""
    corp, world = call.world.corps.get(call.query.get("corpid", "")), call.world
    if corp is None:
        raise Problem(40013, "invalid corpid")
    now, key = world.clock.now(), f"gettoken:{corp.corpid}"
    window = world.brakes.windows.get(key)
    if window and now < window.blocked_until:
        raise Problem(45009, "api freq out of limit")
    secret = call.query.get("corpsecret", "")
    agent = next((one for one in corp.config.agents if one.secret == secret), None)
    if agent is None:
        if not world.brakes.lets_pass(key, now, 0, BAD_TOKEN_CALLS):
            raise Problem(45009, "api freq out of limit")
        raise Problem(40001, "invalid credential")
    token = world.tokens.steady(f"wx:{corp.corpid}:{agent.agentid}", "app", now)
    return {"access_token": token.value, "expires_in": int(token.expires - now)}


def give_ticket(call: Call) -> dict[str, Any]:
    """The page-signature ticket of the corp, or of the app with `type=agent_config`."""
    now, scope = call.world.clock.now(), call.query.get("type", "corp")
    if scope not in TICKETS_AN_HOUR:
        raise Problem(91040, "invalid ticket type")
    owner = f"{call.corp.corpid}:{call.agent.agentid}" if scope == "agent_config" else call.corp.corpid
    if not call.world.brakes.lets_pass(f"ticket:{owner}", now, 0, TICKETS_AN_HOUR[scope]):
        raise Problem(45009, "api freq out of limit")
    ticket = call.world.tokens.steady(f"ticket:wx:{owner}", "ticket", now)
    return {"ticket": ticket.value, "expires_in": int(ticket.expires - now)}


def list_callback_addresses(_call: Call) -> dict[str, Any]:
    """The addresses that callbacks come from."""
    return {"ip_list": ["127.0.0.1"]}


ENDPOINTS = (
    get("/wx/cgi-bin/gettoken", give_token, token=False),
    get("/wx/cgi-bin/getcallbackip", list_callback_addresses),
    get("/wx/cgi-bin/get_api_domain_ip", list_callback_addresses),
    get("/wx/cgi-bin/get_jsapi_ticket", give_ticket),
    get("/wx/cgi-bin/ticket/get", give_ticket),
)
