"""Livestreams made by the API: booked, live, ended, cancelled, or quietly expired; attendance page by page."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, page, post
from wechat.sandbox.corps import Livestream
from wechat.sandbox.wecom import media
from wechat.sandbox.wecom.scope import seen_member
from wechat.sandbox.world import World

THEME_CHARS = 20
EXPIRES_S = 3600
WATCHERS_A_PAGE = 100
TYPES = range(5)
ACTIVITY = ("activity_cover_mediaid", "activity_share_mediaid", "activity_detail")


def create(call: Call) -> dict[str, Any]:
    """Book a livestream of one anchor."""
    anchor = seen_member(call, call.text("anchor_userid"))
    start, duration = _when(call)
    livingid = call.world.ids.secret("lv", 20)
    live = Livestream(livingid, call.agent.agentid, anchor.userid, _theme(call), start, duration)
    live.type = _type(call)
    live.description = str(call.body.get("description") or "")
    live.remind_time = int(call.body.get("remind_time") or 0)
    live.created = call.world.clock.now()
    live.activity = {name: call.body[name] for name in ACTIVITY if name in call.body}
    for name in ("activity_cover_mediaid", "activity_share_mediaid"):
        if live.activity.get(name):
            media.require(call, live.activity[name])
    call.corp.livestreams[livingid] = live
    return {"livingid": livingid}


def modify(call: Call) -> dict[str, Any]:
    """Change what is still booked."""
    live = _booked(call)
    if "theme" in call.body:
        live.theme = _theme(call)
    if "living_start" in call.body or "living_duration" in call.body:
        call.body.setdefault("living_start", live.start)
        call.body.setdefault("living_duration", live.duration)
        live.start, live.duration = _when(call)
    live.description = str(call.body.get("description", live.description))
    live.remind_time = int(call.body.get("remind_time", live.remind_time))
    return {}


def cancel(call: Call) -> dict[str, Any]:
    """Cancel what is still booked; made by the API, so no callback comes."""
    _booked(call).status = 4
    return {}


def show(call: Call) -> dict[str, Any]:
    """One livestream with its counts."""
    live = _live(call, call.query.get("livingid", ""))
    viewers = len(live.users) + len(live.externals)
    watched = [*live.users.values(), *live.externals.values()]
    return {
        "living_info": {
            "theme": live.theme,
            "living_start": live.started_at or live.start,
            "living_duration": (live.ended_at - live.started_at) if live.ended_at else live.duration,
            "status": live.status,
            "reserve_start": live.start,
            "reserve_living_duration": live.duration,
            "description": live.description,
            "anchor_userid": live.anchor,
            "main_department": 1,
            "viewer_num": viewers,
            "comment_num": sum(row["is_comment"] for row in watched),
            "mic_num": sum(row["is_mic"] for row in watched),
            "open_replay": 1,
            "replay_status": 2 if live.replay_deleted else 1 if live.status == 2 else 0,
            "type": live.type,
            "push_stream_url": "",
            "online_count": viewers if live.status == 1 else 0,
            "subscribe_count": len(live.reserved),
        }
    }


def list_watchers(call: Call) -> dict[str, Any]:
    """Who watched and for how many seconds, page by page until `ending` is 1."""
    live = _live(call, call.text("livingid"))
    everyone = [("users", row) for row in live.users.values()]
    everyone += [("external_users", row) for row in live.externals.values()]
    key = str(call.body.get("next_key") or "")
    rows, cursor = page(everyone, "" if key == "0" else key, WATCHERS_A_PAGE)
    stat: dict[str, list[dict[str, Any]]] = {"users": [], "external_users": []}
    for side, row in rows:
        stat[side].append(row)
    return {"ending": 0 if cursor else 1, "next_key": cursor, "stat_info": stat}


def list_of_anchor(call: Call) -> dict[str, Any]:
    """Ids of all livestreams of one anchor."""
    anchor = call.member(call.text("userid")).userid
    ids = [live.livingid for live in call.corp.livestreams.values() if live.anchor == anchor]
    rows, cursor = page(ids, str(call.body.get("cursor") or ""), call.number("limit", 100, 100))
    return {"next_cursor": cursor, "livingid_list": rows}


def give_code(call: Call) -> dict[str, Any]:
    """The code with which a client's WeChat opens the livestream."""
    live = _live(call, call.text("livingid"))
    return {"living_code": f"{live.livingid}.{call.text('openid')}"}


def expire(world: World, live: Livestream) -> None:
    """A booked livestream that never began expires silently an hour after its time."""
    if live.status == 0 and world.clock.now() > live.start + EXPIRES_S:
        live.status = 3


def delete_replay(call: Call) -> dict[str, Any]:
    """Delete the recording of what has ended; only once and only the own app's."""
    live = _live(call, call.text("livingid"))
    if live.agentid != call.agent.agentid:
        raise Problem(301002, "not allow operate another agent's living")
    if live.status != 2 or live.replay_deleted:
        raise Problem(40058, "living has no replay")
    live.replay_deleted = True
    return {}


def show_share(call: Call) -> dict[str, Any]:
    """Who watches by whose invitation: the code is the one that the page of a shared livestream carries."""
    livingid, _, viewer = call.text("ww_share_code").partition(".")
    live = _live(call, livingid)
    row = live.externals.get(viewer) or live.users.get(viewer)
    if row is None:
        raise Problem(40058, "invalid ww_share_code")
    told: dict[str, Any] = {"livingid": live.livingid}
    told |= {"viewer_external_userid": viewer} if viewer in live.externals else {"viewer_userid": viewer}
    return {**told, "invitor_userid": row.get("invitor_userid", "")}


def _type(call: Call) -> int:
    kind = int(call.body.get("type") or 0)
    if kind not in TYPES:
        raise Problem(40058, "invalid type")
    return kind


def _live(call: Call, livingid: str) -> Livestream:
    live = call.corp.livestreams.get(livingid)
    if live is None:
        raise Problem(40058, "invalid livingid")
    expire(call.world, live)
    return live


def _booked(call: Call) -> Livestream:
    live = _live(call, call.text("livingid"))
    if live.agentid != call.agent.agentid:
        raise Problem(301002, "not allow operate another agent's living")
    if live.status != 0:
        raise Problem(40058, "living has started or ended")
    return live


def _theme(call: Call) -> str:
    theme = call.text("theme")
    if len(theme) > THEME_CHARS:
        raise Problem(40058, "theme too long")
    return theme


def _when(call: Call) -> tuple[int, int]:
    start, duration = call.body.get("living_start"), call.body.get("living_duration")
    if not isinstance(start, int) or not isinstance(duration, int) or duration <= 0:
        raise Problem(40058, "invalid living_start or living_duration")
    if start < call.world.now():
        raise Problem(40058, "living_start is in the past")
    return start, duration


ENDPOINTS = (
    post("/wx/cgi-bin/living/create", create, capability="living"),
    post("/wx/cgi-bin/living/modify", modify, capability="living"),
    post("/wx/cgi-bin/living/cancel", cancel, capability="living"),
    get("/wx/cgi-bin/living/get_living_info", show, capability="living"),
    post("/wx/cgi-bin/living/get_watch_stat", list_watchers, capability="living"),
    post("/wx/cgi-bin/living/get_user_all_livingid", list_of_anchor, capability="living"),
    post("/wx/cgi-bin/living/get_living_code", give_code, capability="living"),
    post("/wx/cgi-bin/living/delete_replay_data", delete_replay, capability="living"),
    post("/wx/cgi-bin/living/get_living_share_info", show_share, capability="living"),
)
