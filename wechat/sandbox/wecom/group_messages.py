"""Group-message jobs: made by the API, confirmed by members on their phones, read back by polling only."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, page, post
from wechat.sandbox.corps import GroupMessage, SenderTask, Target
from wechat.sandbox.wecom import content
from wechat.sandbox.wecom.scope import contact_member

CLIENTS = 10_000
CHATS = 2_000
REMINDERS = 3
MONTH_S = 31 * 86_400


def create(call: Call) -> dict[str, Any]:
    """A job split into one task per sender; ids that can't be reached come back in `fail_list`."""
    content.check(call)
    kind = call.body.get("chat_type") or "single"
    if kind not in ("single", "group"):
        raise Problem(40058, "invalid chat_type")
    sender = str(call.body.get("sender") or "")
    if sender:
        contact_member(call, sender)
    split, failed = _split_clients(call, sender) if kind == "single" else _split_chats(call, sender)
    if not split:
        raise Problem(41048, "no customer to send", fail_list=failed)
    world, now = call.world, call.world.clock.now()
    msgid = world.ids.secret("msg", 24)
    tasks = {userid: SenderTask(userid, [Target(one) for one in ids]) for userid, ids in split.items()}
    kept = {name: call.body[name] for name in ("text", "attachments") if call.body.get(name)}
    job = GroupMessage(msgid, kind, kept, now, now + world.switches.dispatching_s, tasks)
    call.corp.group_messages[msgid] = job
    for userid in tasks:
        call.corp.waiting.setdefault(userid, {})[msgid] = job
    return {"fail_list": failed, "msgid": msgid}


def list_jobs(call: Call) -> dict[str, Any]:
    """Jobs of one kind made within a span of at most a month, up to 100 per page, newest first."""
    start, end = int(call.body.get("start_time") or 0), int(call.body.get("end_time") or 0)
    if not start or end < start or end - start > MONTH_S:
        raise Problem(40058, "invalid time range")
    kind = call.body.get("chat_type") or "single"
    hits = [
        job
        for job in reversed(call.corp.group_messages.values())
        if job.chat_type == kind and start <= int(job.created) <= end and _listed(call, job)
    ]
    rows, cursor = page(hits, str(call.body.get("cursor") or ""), call.number("limit", 50, 100))
    return {"next_cursor": cursor, "group_msg_list": [_row(job) for job in rows]}


def list_tasks(call: Call) -> dict[str, Any]:
    """The job's senders: status 0 waiting, 2 sent; up to 1 000 per page."""
    job = _job(call)
    rows, cursor = page(list(job.tasks.values()), str(call.body.get("cursor") or ""), call.number("limit", 500, 1000))
    shown = [
        {"userid": task.userid, "status": task.status, **({"send_time": task.sent_at} if task.sent_at else {})}
        for task in rows
    ]
    return {"next_cursor": cursor, "task_list": shown}


def list_results(call: Call) -> dict[str, Any]:
    """What became of each target of one sender, up to 1 000 per page; of groups only those sent."""
    job = _job(call)
    task = job.tasks.get(call.text("userid"))
    targets = task.targets if task else []
    if job.chat_type == "group":
        targets = [target for target in targets if target.status == 1]
    rows, cursor = page(targets, str(call.body.get("cursor") or ""), call.number("limit", 500, 1000))
    name = "external_userid" if job.chat_type == "single" else "chat_id"
    shown = [
        {
            name: target.id,
            "userid": call.body["userid"],
            "status": target.status,
            **({"send_time": target.sent_at} if target.sent_at else {}),
        }
        for target in rows
    ]
    return {"next_cursor": cursor, "send_list": shown}


def remind(call: Call) -> dict[str, Any]:
    """Remind the members who haven't confirmed: three times in 24 h and job."""
    job, now = _job(call), call.world.clock.now()
    job.reminded = [moment for moment in job.reminded if moment > now - 86_400]
    if len(job.reminded) >= REMINDERS:
        raise Problem(45009, "api freq out of limit")
    job.reminded.append(now)
    waiting = [task.userid for task in job.tasks.values() if task.status == 0 and not task.cancelled]
    call.world.deliver("reminder", waiting, content.readable(job.content), msgid=job.msgid)
    return {}


def cancel(call: Call) -> dict[str, Any]:
    """Stop what isn't sent yet; what is sent stays sent."""
    job = _job(call)
    for task in job.tasks.values():
        if task.status == 0:
            task.cancelled = True
            call.corp.waiting.get(task.userid, {}).pop(job.msgid, None)
    return {}


def _split_clients(call: Call, sender: str) -> tuple[dict[str, list[str]], list[str]]:
    corp, wanted = call.corp, call.names("external_userid", CLIENTS)
    if not wanted and not sender:
        raise Problem(40058, "missing external_userid and sender")
    split: dict[str, list[str]] = {}
    failed = []
    chosen = _chosen(call)
    for client in dict.fromkeys(wanted or corp.by_member.get(sender, {})):
        relation = corp.relation(sender, client) if sender else corp.last_talked(client)
        if relation is None:
            failed.append(client)
        elif all(tags & set(relation.tags) for tags in chosen):
            split.setdefault(relation.userid, []).append(client)
    return split, failed


def _chosen(call: Call) -> list[set[str]]:
    """The tag filter: every group of tags must be met, by any tag inside it."""
    groups = (call.body.get("tag_filter") or {}).get("group_list") or []
    return [set(group.get("tag_list") or []) for group in groups if group.get("tag_list")]


def _split_chats(call: Call, sender: str) -> tuple[dict[str, list[str]], list[str]]:
    if not sender:
        raise Problem(40058, "missing sender")
    chats = call.corp.groups
    wanted = call.names("chat_id_list", CHATS) or [chat for chat in chats if chats[chat].owner == sender]
    good = [one for one in wanted if one in chats and chats[one].owner == sender and not chats[one].dismissed]
    return ({sender: good} if good else {}), [one for one in wanted if one not in good]


def _listed(call: Call, job: GroupMessage) -> bool:
    """filter_type 0: made by the corp, 1: by members themselves, 2: both; `creator` names one member."""
    wanted, creator = call.body.get("filter_type", 2), call.body.get("creator")
    return wanted in (2, int(bool(job.creator))) and creator in (None, "", job.creator)


def _row(job: GroupMessage) -> dict[str, Any]:
    made = {"creator": job.creator, "create_type": 1} if job.creator else {"create_type": 0}
    return {"msgid": job.msgid, "create_time": int(job.created), **made, **job.content}


def _job(call: Call) -> GroupMessage:
    job = call.corp.group_messages.get(call.text("msgid", 41046))
    if job is None:
        raise Problem(41047, "invalid msgid")
    if call.world.clock.now() < job.ready_at:
        raise Problem(41063, "group msg is being dispatched")
    return job


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/add_msg_template", create, capability="customer"),
    post("/wx/cgi-bin/externalcontact/get_groupmsg_list_v2", list_jobs, capability="customer"),
    post("/wx/cgi-bin/externalcontact/get_groupmsg_task", list_tasks, capability="customer"),
    post("/wx/cgi-bin/externalcontact/get_groupmsg_send_result", list_results, capability="customer"),
    post("/wx/cgi-bin/externalcontact/remind_groupmsg_send", remind, capability="customer"),
    post("/wx/cgi-bin/externalcontact/cancel_groupmsg_send", cancel, capability="customer"),
)
