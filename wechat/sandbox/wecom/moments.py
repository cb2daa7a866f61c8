"""Moments: posts for clients' circles of friends; a job makes one, members publish it, clients like and comment."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, get, page, post
from wechat.sandbox.corp_records import Moment, MomentPost
from wechat.sandbox.visibility import below, visible_members
from wechat.sandbox.wecom import media

TEXT_CHARS, IMAGES = 2000, 9
SENDERS = 100_000
JOB_S, LIST_S = 86_400, 30 * 86_400
A_MINUTE = 10
CLIENTS = "/wx/cgi-bin/externalcontact"


def create(call: Call) -> dict[str, Any]:
    """A job that makes a moment; ten a minute and corp."""
    world, now = call.world, call.world.clock.now()
    content = _content(call)
    posts, no_members, no_tags = _posts(call)
    if not posts:
        raise Problem(41048, "no customer to send")
    if not world.brakes.lets_pass(f"moments:{call.corp.corpid}", now, A_MINUTE, 0):
        raise Problem(45009, "api freq out of limit")
    moment = Moment(world.ids.secret("mom", 24), world.ids.secret("job", 24), now, 0.0, content, posts)
    moment.ready_at = now + world.switches.dispatching_s
    moment.invalid_senders, moment.invalid_tags = no_members, no_tags
    call.corp.moments[moment.moment_id] = moment
    return {"jobid": moment.jobid}


def show_job(call: Call) -> dict[str, Any]:
    """How far the job is: status 1 begun, 3 done with the moment's id; known for 24 hours."""
    wanted, now = call.query.get("jobid", ""), call.world.clock.now()
    found = (one for one in call.corp.moments.values() if one.jobid == wanted and now < one.created + JOB_S)
    moment = next(found, None)
    if moment is None:
        raise Problem(40058, "invalid jobid")
    if now < moment.ready_at:
        return {"status": 1, "type": "add_moment_task"}
    result = {
        "errcode": 0,
        "errmsg": "ok",
        "moment_id": moment.moment_id,
        "invalid_sender_list": {"user_list": moment.invalid_senders, "department_list": []},
        "invalid_external_contact_list": {"tag_list": moment.invalid_tags},
    }
    return {"status": 3, "type": "add_moment_task", "result": result}


def cancel(call: Call) -> dict[str, Any]:
    """Nobody publishes it any more; what is published stays."""
    for one in _moment(call).posts.values():
        one.cancelled = one.cancelled or not one.published_at
    return {}


def list_moments(call: Call) -> dict[str, Any]:
    """Moments of at most 30 days, newest first, 20 a page."""
    start, end = int(call.body.get("start_time") or 0), int(call.body.get("end_time") or 0)
    if not start or end < start or end - start > LIST_S:
        raise Problem(40058, "invalid time range")
    made = call.corp.moments.values()
    hits = [one for one in reversed(made) if start <= one.created <= end and call.body.get("filter_type") != 1]
    rows, cursor = page(hits, str(call.body.get("cursor") or ""), call.number("limit", 20, 20))
    shown = [
        {
            "moment_id": one.moment_id,
            "create_time": int(one.created),
            "create_type": 0,
            "visible_type": 1,
            **one.content,
        }
        for one in rows
    ]
    return {"next_cursor": cursor, "moment_list": shown}


def list_tasks(call: Call) -> dict[str, Any]:
    """Members who were asked, and whether they published: 0 not, 1 published."""
    posts = list(_moment(call).posts.values())
    rows, cursor = page(posts, str(call.body.get("cursor") or ""), call.number("limit", 500, 1000))
    shown = [{"userid": one.userid, "publish_status": int(bool(one.published_at))} for one in rows]
    return {"next_cursor": cursor, "task_list": shown}


def list_clients(call: Call) -> dict[str, Any]:
    """Clients who could see it when the member published; 41062 before that."""
    one = _published(call)
    rows, cursor = page(one.clients, str(call.body.get("cursor") or ""), call.number("limit", 500, 1000))
    return {"next_cursor": cursor, "customer_list": [{"userid": one.userid, "external_userid": row} for row in rows]}


def list_reached(call: Call) -> dict[str, Any]:
    """Clients to whom it was really shown."""
    one = _published(call)
    rows, cursor = page(one.reached, str(call.body.get("cursor") or ""), call.number("limit", 3000, 5000))
    return {"next_cursor": cursor, "customer_list": [{"external_userid": row} for row in rows]}


def list_comments(call: Call) -> dict[str, Any]:
    """Comments and likes under one member's post."""
    one = _published(call)
    return {"comment_list": one.comments, "like_list": one.likes}


def _content(call: Call) -> dict[str, Any]:
    text, parts = (call.body.get("text") or {}).get("content") or "", call.body.get("attachments") or []
    kinds = [str(part.get("msgtype")) for part in parts]
    if not text and not parts:
        raise Problem(40058, "text and attachments are both empty")
    if len(text) > TEXT_CHARS:
        raise Problem(45002, "content size out of limit")
    if not set(kinds) <= {"image", "video", "link"}:
        raise Problem(41065, "attachment type invalid")
    if len(kinds) > (IMAGES if set(kinds) == {"image"} else 1):
        raise Problem(41064, "attachments size exceed max limit")
    shown: dict[str, Any] = {"text": {"content": text}} if text else {}
    for part in parts:
        inner = part[part["msgtype"]]
        if inner.get("media_id"):
            media.require(call, inner["media_id"])
        kind = part["msgtype"]
        shown |= {"image": [*shown.get("image", []), inner]} if kind == "image" else {kind: inner}
    return shown


def _posts(call: Call) -> tuple[dict[str, MomentPost], list[str], list[str]]:
    corp, told = call.corp, call.body.get("visible_range") or {}
    senders, tags = told.get("sender_list") or {}, (told.get("external_contact_list") or {}).get("tag_list") or []
    seen = {one.userid: one for one in visible_members(corp, call.agent) if one.may_contact}
    named = [str(one) for one in senders.get("user_list") or []]
    inside = below(corp, {int(one) for one in senders.get("department_list") or []})
    people = [one for one in named if one in seen]
    people += [one.userid for one in seen.values() if inside & set(one.department)]
    people = list(dict.fromkeys(people if senders else seen))
    if len(people) > SENDERS:
        raise Problem(40058, "too many senders")
    wanted = {tag for tag in tags if tag in corp.tags}
    posts = {}
    for userid in people:
        known = corp.by_member.get(userid, {})
        clients = [one for one, relation in known.items() if not tags or wanted & set(relation.tags)]
        if clients:
            posts[userid] = MomentPost(userid, clients)
    return posts, [one for one in named if one not in seen], [tag for tag in tags if tag not in wanted]


def _moment(call: Call) -> Moment:
    moment = call.corp.moments.get(call.text("moment_id", 41059))
    if moment is None:
        raise Problem(41060, "invalid moment_id")
    return moment


def _published(call: Call) -> MomentPost:
    one = _moment(call).posts.get(call.text("userid"))
    if one is None:
        raise Problem(41061, "the moment is not published by this user")
    if not one.published_at:
        raise Problem(41062, "the moment has not been published by the user")
    return one


ENDPOINTS = (
    post(f"{CLIENTS}/add_moment_task", create, capability="customer"),
    get(f"{CLIENTS}/get_moment_task_result", show_job, capability="customer"),
    post(f"{CLIENTS}/cancel_moment_task", cancel, capability="customer"),
    post(f"{CLIENTS}/get_moment_list", list_moments, capability="customer"),
    post(f"{CLIENTS}/get_moment_task", list_tasks, capability="customer"),
    post(f"{CLIENTS}/get_moment_customer_list", list_clients, capability="customer"),
    post(f"{CLIENTS}/get_moment_send_result", list_reached, capability="customer"),
    post(f"{CLIENTS}/get_moment_comments", list_comments, capability="customer"),
)
