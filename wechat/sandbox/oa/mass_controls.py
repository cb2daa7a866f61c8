"""Around mass sends: a preview to one's own, taking articles back, the speed, and videos made ready for sending."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.account_content import Media
from wechat.sandbox.calls import Call, Problem, either, post
from wechat.sandbox.oa.mass_sends import check_content, job_of
from wechat.sandbox.oa.media import LASTS_S

OK = {"errcode": 0, "errmsg": "ok"}
SPEEDS = (80, 60, 45, 30, 10)
"""Ten thousand messages a minute at each speed."""


def preview(call: Call) -> dict[str, Any]:
    """Show one follower what a mass send would look like; named by openid or by WeChat name."""
    wanted, name = str(call.body.get("touser") or ""), str(call.body.get("towxname") or "")
    fan = call.account.fans.get(wanted)
    if name:
        fan = next((one for one in call.account.fans.values() if one.name == name), None)
    if fan is None:
        raise Problem(40132 if name else 40003, "invalid username" if name else "invalid openid")
    text, _ = check_content(call, str(call.body.get("msgtype", "")))
    if not fan.subscribed:
        raise Problem(43004, "require subscribe")
    msg_id = call.world.ids.number()
    call.world.deliver("preview", [fan.openid], text, msgid=str(msg_id), via=call.account.appid)
    return {"errcode": 0, "errmsg": "preview success", "msg_id": msg_id}


def delete(call: Call) -> dict[str, Any]:
    """Take one article of a sent job away, or all with article_idx 0; only articles and videos can be."""
    job, place = job_of(call), call.body.get("article_idx") or 0
    if job.kind not in ("mpnews", "mpvideo"):
        raise Problem(40008, "invalid message type")
    if not isinstance(place, int) or place < 0 or place > max(len(job.titles), 1):
        raise Problem(40114, "invalid index")
    places = list(range(1, max(len(job.titles), 1) + 1))
    job.deleted = places if place == 0 else sorted({*job.deleted, place})
    if job.deleted == places:
        job.status = "DELETE"
    return OK


def show_speed(call: Call) -> dict[str, Any]:
    """The speed of sending, 0 fastest to 4 slowest."""
    return {"speed": call.account.mass_speed, "realspeed": SPEEDS[call.account.mass_speed]}


def set_speed(call: Call) -> dict[str, Any]:
    """Set the speed of sending."""
    speed = call.body.get("speed")
    if not isinstance(speed, int) or isinstance(speed, bool) or not 0 <= speed < len(SPEEDS):
        raise Problem(45083, "speed must be in [0, 4]")
    call.account.mass_speed = speed
    return OK


def prepare_video(call: Call) -> dict[str, Any]:
    """A video with title and words under a new media_id, which mass sends take."""
    video = call.account.holds(str(call.body.get("media_id", "")), call.world.clock.now(), "video")
    if video is None:
        raise Problem(40007, "invalid media_id")
    media_id, now = call.world.ids.secret(size=48), call.world.clock.now()
    made = Media(media_id, "video", video.data, video.sha256, video.name, video.content_type, int(now), now + LASTS_S)
    made.title, made.introduction = str(call.body.get("title") or ""), str(call.body.get("description") or "")
    call.account.media[media_id] = made
    return {"type": "video", "media_id": media_id, "created_at": made.created}


ENDPOINTS = (
    post("/oa/cgi-bin/message/mass/preview", preview),
    post("/oa/cgi-bin/message/mass/delete", delete),
    either("/oa/cgi-bin/message/mass/speed/get", show_speed),
    post("/oa/cgi-bin/message/mass/speed/set", set_speed),
    post("/oa/cgi-bin/media/uploadvideo", prepare_video),
)
