"""Mass sends: accepted at once, delivered a moment later, four per fan and month, told of by MASSSENDJOBFINISH."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from wechat.sandbox.accounts import Account, MassJob
from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.oa.messages import readable
from wechat.sandbox.world import World

A_MONTH = 4
REMEMBERED_S = 86_400
TOO_SOON_S = 60
NOT_CHECKED = {"Count": 0, "ResultList": "", "CheckState": 1}


def send_to_tag(call: Call) -> dict[str, Any]:
    """To all fans or to those of one tag; sending to all may wait for the admin."""
    wanted = call.body.get("filter")
    if not isinstance(wanted, dict):
        raise Problem(40002, "invalid filter")
    fans, to_all = call.account.fans.values(), bool(wanted.get("is_to_all"))
    if to_all:
        openids = [fan.openid for fan in fans if fan.subscribed]
    else:
        tag = wanted.get("tag_id", wanted.get("group_id"))
        tag = int(str(tag)) if str(tag).isdecimal() else tag
        if tag not in call.account.tags:
            raise Problem(45159, "invalid tag id")
        openids = [fan.openid for fan in fans if fan.subscribed and tag in fan.tagids]
    return _accept(call, openids, {"filter": wanted}, to_all)


def send_to_list(call: Call) -> dict[str, Any]:
    """To 2 to 10 000 openids; 40130 below, 40032 above."""
    openids = call.body.get("touser")
    if not isinstance(openids, list) or len(openids) < 2:
        raise Problem(40130, "invalid openid list size, at least two openid")
    if len(openids) > 10_000:
        raise Problem(40032, "invalid openid list size")
    names = [str(openid) for openid in openids]
    if not any(name in call.account.fans for name in names):
        raise Problem(40003, "invalid openid")
    return _accept(call, names, {"touser": names}, to_all=False)


def check_content(call: Call, kind: str) -> tuple[str, list[str]]:
    """(readable words, titles) of what is to be sent; a code when it can't be."""
    content = call.body.get("images") if kind == "image" and "images" in call.body else call.body.get(kind)
    if kind not in ("text", "image", "voice", "mpnews", "mpvideo", "music", "wxcard"):
        raise Problem(40008, "invalid message type")
    if not isinstance(content, dict) or not content:
        raise Problem(44004, "empty content")
    if kind == "text" and not content.get("content"):
        raise Problem(44004, "empty content")
    if kind == "wxcard" and not content.get("card_id"):
        raise Problem(40073, "invalid card id")
    account, now = call.account, call.world.clock.now()
    if kind == "mpnews":
        draft = account.drafts.get(str(content.get("media_id", "")))
        if draft is None:
            raise Problem(40007, "invalid media_id")
        return " ".join(one["title"] for one in draft.articles), [one["title"] for one in draft.articles]
    if kind in ("image", "voice", "mpvideo"):
        kinds = {"image": "image", "voice": "voice", "mpvideo": "video"}
        for media_id in content.get("media_ids") or [content.get("media_id")]:
            if account.holds(str(media_id), now, kinds[kind]) is None:
                raise Problem(40007, "invalid media_id")
    return readable(content), []


def show_state(call: Call) -> dict[str, Any]:
    """SENDING, SEND_SUCCESS, SEND_FAIL or DELETE of one job."""
    expire(call.world, call.account)
    job = job_of(call)
    return {"msg_id": job.msg_id, "msg_status": "SENDING" if job.status == "CONFIRMING" else job.status}


def job_of(call: Call) -> MassJob:
    """The job that `msg_id` names; 40057 when there is none."""
    wanted = str(call.body.get("msg_id", ""))
    job = call.account.mass_jobs.get(int(wanted)) if wanted.isdecimal() else None
    if job is None:
        raise Problem(40057, "invalid msg_id")
    return job


def finish(world: World, account: Account, job: MassJob) -> None:
    """Deliver to every fan still below the month's four, and tell the account."""
    if job.status != "SENDING":
        return
    month, reached = world.clock.month(), []
    for openid in dict.fromkeys(job.openids):
        fan = account.fans.get(openid)
        if fan is None or not fan.subscribed or fan.refuses or fan.blacklisted:
            continue
        if fan.mass_received.get(month, 0) < A_MONTH:
            fan.mass_received[month] = fan.mass_received.get(month, 0) + 1
            reached.append(openid)
    job.status, job.total, job.filtered, job.sent = "SEND_SUCCESS", len(job.openids), len(reached), len(reached)
    job.finished = world.now()
    world.deliver("mass", reached, job.text, msgid=str(job.msg_id), via=account.appid)
    _tell(world, account, job, "send success")


def refuse(world: World, account: Account, job: MassJob, code: int) -> None:
    """End a job that nobody will get: 40001 the admin refused, 40002 nobody answered in time."""
    job.status, job.total = "SEND_FAIL", len(job.openids)
    _tell(world, account, job, f"err({code})")


def expire(world: World, account: Account) -> None:
    """Refuse what waited for the admin for too long."""
    for job in account.mass_jobs.values():
        if job.status == "CONFIRMING" and world.clock.now() - job.created >= world.switches.mass_confirm_s:
            refuse(world, account, job, 40002)


def _tell(world: World, account: Account, job: MassJob, status: str) -> None:
    counts = {"TotalCount": job.total, "FilterCount": job.filtered, "SentCount": job.sent, "ErrorCount": 0}
    links = [
        {"ArticleIdx": place, "ArticleUrl": f"http://mp.weixin.qq.com/s?mid={job.msg_id}&idx={place}"}
        for place in range(1, len(job.titles) + 1)
    ]
    addresses = {"Count": len(links), "ResultList": {"item": links} if links else ""}
    event = {"Event": "MASSSENDJOBFINISH", "MsgID": job.msg_id, "Status": status, **counts}
    world.tell_account(
        account, "mphelper", {**event, "CopyrightCheckResult": NOT_CHECKED, "ArticleUrlResult": addresses}
    )


def _accept(call: Call, openids: list[str], range_: dict[str, Any], to_all: bool) -> dict[str, Any]:
    world, account, now = call.world, call.account, call.world.clock.now()
    expire(world, account)
    kind = str(call.body.get("msgtype", ""))
    text, titles = check_content(call, kind)
    once = str(call.body.get("clientmsgid") or "")
    if len(once.encode()) > 64:
        raise Problem(45067, "clientmsgid size out of limit")
    mark = hashlib.sha256(json.dumps([range_, kind, call.body.get(kind), titles]).encode()).hexdigest()
    _refuse_repeats(account, once, mark, now)
    _check_quota(call, to_all)
    msg_id = world.ids.number()
    waits = to_all and world.switches.admin_confirms_mass
    job = MassJob(msg_id, once, now, openids, text, "CONFIRMING" if waits else "SENDING", mark, to_all, kind, titles)
    job.msg_data_id = world.ids.number()
    account.mass_jobs[msg_id] = job
    world.after(world.switches.mass_delay_s, lambda: finish(world, account, job))
    return {"errcode": 0, "errmsg": "send job submission success", "msg_id": msg_id, "msg_data_id": job.msg_data_id}


def _refuse_repeats(account: Account, once: str, mark: str, now: float) -> None:
    for job in account.mass_jobs.values():
        if now - job.created >= REMEMBERED_S or job.status == "SEND_FAIL":
            continue
        if once and job.clientmsgid == once:
            if now - job.created < TOO_SOON_S:
                raise Problem(45066, "same clientmsgid retry too fast")
            raise Problem(45065, "clientmsgid exist", msg_id=job.msg_id)
        if not once and not job.clientmsgid and job.print == mark:
            raise Problem(45065, "clientmsgid exist", msg_id=job.msg_id)


def _check_quota(call: Call, to_all: bool) -> None:
    account, world = call.account, call.world
    counted = [job for job in account.mass_jobs.values() if job.status != "SEND_FAIL"]
    if account.config.kind == "subscription":
        today = world.clock.day()
        if any(world.clock.day_of(job.created) == today for job in counted):
            raise Problem(45028, "has no masssend quota")
    elif to_all:
        month = world.clock.month()
        if sum(job.to_all and world.clock.day_of(job.created)[:7] == month for job in counted) >= A_MONTH:
            raise Problem(45028, "has no masssend quota")


ENDPOINTS = (
    post("/oa/cgi-bin/message/mass/sendall", send_to_tag),
    post("/oa/cgi-bin/message/mass/send", send_to_list),
    post("/oa/cgi-bin/message/mass/get", show_state),
)
