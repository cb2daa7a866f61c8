"""What WeCom asks of a call before it is heard: a known app, a trusted address, a right, and not too often."""

from __future__ import annotations

from wechat.sandbox.calls import Call, Endpoint, Problem
from wechat.sandbox.requests import Request
from wechat.sandbox.world import World

CLIENTS = "/wx/cgi-bin/externalcontact/"


def admit(call: Call, endpoint: Endpoint, app: str) -> None:
    """Put corp and app into the call; 40014, 60020, 48002 or 45009 when it may not pass. `app` is corpid:agentid."""
    corpid, _, agentid = app.partition(":")
    corp = call.corp_ = call.world.corp(corpid)
    agent = call.agent_ = next((one for one in corp.config.agents if str(one.agentid) == agentid), None)
    if agent is None:
        raise Problem(40014, "invalid access_token")
    if agent.ip_list and call.ip not in agent.ip_list:
        raise Problem(60020, "not allow to access from your ip")
    if endpoint.capability and endpoint.capability not in agent.capabilities:
        raise Problem(48002, "api forbidden for no authority")
    if agent.system and call.path.startswith(CLIENTS):
        raise Problem(48002, "api forbidden, use an app that is allowed to call it")
    switches, key = call.world.switches, f"{corpid}{call.path}"
    now = call.world.clock.now()
    if not call.world.brakes.lets_pass(key, now, switches.wecom_minute_quota, switches.wecom_hour_quota):
        raise Problem(45009, "api freq out of limit")


def caller(world: World, request: Request) -> str:
    """The app whose calls at the same time are counted; empty for the official account's side."""
    if not request.path.startswith("/wx/"):
        return ""
    token = world.tokens.all.get(request.query.get("access_token", ""))
    return token.app.rpartition(":")[0] if token else ""
