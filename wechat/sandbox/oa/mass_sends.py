"""Mass sends: accepted at once, delivered a moment later, four per fan and month, told of by MASSSENDJOBFINISH."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, MassJob
from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.oa.messages import readable
from wechat.sandbox.world import World

A_MONTH = 4


def send_to_tag(call: Call) -> dict[str, Any]:
    """To all fans or to those of one tag; sending to all may wait for the admin."""
    wanted = call.body.get("filter")
    if not isinstance(wanted, dict):
        raise Problem(40002, "invalid filter")
    fans = call.account.fans.values()
    if wanted.get("is_to_all"):
        openids = [fan.openid for fan in fans if fan.subscribed]
    else:
        if wanted.get("tag_id") not in call.account.tags:
            raise Problem(45159, "invalid tag")
        openids = [fan.openid for fan in fans if fan.subscribed and wanted["tag_id"] in fan.tagids]
    return _accept(call, openids, waits=bool(wanted.get("is_to_all")) and call.world.switches.admin_confirms_mass)


def send_to_list(call: Call) -> dict[str, Any]:
    """To 2 to 10 000 openids; 40130 below, 40032 above."""
    openids = call.body.get("touser")
    if not isinstance(openids, list) or len(openids) < 2:
        raise Problem(40130, "at least 2 openids")
    if len(openids) > 10_000:
        raise Problem(40032, "invalid openid list size")
    return _accept(call, [str(openid) for openid in openids], waits=False)


def show_state(call: Call) -> dict[str, Any]:
    """SENDING, SEND_SUCCESS or SEND_FAIL of one job."""
    job = call.account.mass_jobs.get(int(call.body.get("msg_id", 0)))
    if job is None:
        raise Problem(40057, "invalid msg_id")
    return {"msg_id": job.msg_id, "msg_status": job.status}


def finish(world: World, account: Account, job: MassJob) -> None:
    """Deliver to every fan still below the month's four, and tell the account."""
    if job.status != "SENDING":
        return
    month, reached = world.clock.month(), []
    for openid in job.openids:
        fan = account.fans.get(openid)
        if fan and fan.subscribed and not fan.refuses and fan.mass_received.get(month, 0) < A_MONTH:
            fan.mass_received[month] = fan.mass_received.get(month, 0) + 1
            reached.append(openid)
    job.status = "SEND_SUCCESS"
    world.deliver("mass", reached, job.text, msgid=str(job.msg_id), via=account.appid)
    event = {"Event": "MASSSENDJOBFINISH", "MsgID": job.msg_id, "Status": "send success"}
    counts = {"TotalCount": len(job.openids), "FilterCount": len(reached), "SentCount": len(reached), "ErrorCount": 0}
    world.tell_account(account, job.openids[0] if job.openids else "", {**event, **counts})


def _accept(call: Call, openids: list[str], waits: bool) -> dict[str, Any]:
    world, account, now = call.world, call.account, call.world.clock.now()
    kind = str(call.body.get("msgtype", ""))
    if not isinstance(call.body.get(kind), dict):
        raise Problem(40008, "invalid message type")
    once = str(call.body.get("clientmsgid", ""))
    if len(once.encode()) > 64:
        raise Problem(45067, "clientmsgid size out of limit")
    for job in account.mass_jobs.values():
        if once and job.clientmsgid == once and now - job.created < 86_400:
            if now - job.created < 60:
                raise Problem(45066, "same clientmsgid retry too fast")
            raise Problem(45065, "clientmsgid exist", msg_id=job.msg_id)
    msg_id = world.ids.number()
    job = MassJob(msg_id, once, now, openids, readable(call.body[kind]), "CONFIRMING" if waits else "SENDING")
    account.mass_jobs[msg_id] = job
    world.after(world.switches.mass_delay_s, lambda: finish(world, account, job))
    answer = {"errcode": 0, "errmsg": "send job submission success", "msg_id": msg_id}
    return {**answer, "msg_data_id": msg_id + 1}


ENDPOINTS = (
    post("/oa/cgi-bin/message/mass/sendall", send_to_tag),
    post("/oa/cgi-bin/message/mass/send", send_to_list),
    post("/oa/cgi-bin/message/mass/get", show_state),
)
