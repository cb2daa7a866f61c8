"""What members do with group-message jobs on their phones, and which messages the quota lets through."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, member_of, names_in
from wechat.sandbox.corps import Corp, GroupMessage, SenderTask, Target
from wechat.sandbox.virtual_clock import SHANGHAI
from wechat.sandbox.wecom import content
from wechat.sandbox.world import World


def confirm_groupmsg(world: World, args: Args) -> dict[str, Any]:
    """Send what waits; {userid?, msgid?}: without a name every member, without a msgid every job. No callback comes."""
    corp = corp_of(world, args)
    members = [member_of(corp, args["userid"]).userid] if args.get("userid") else list(corp.waiting)
    confirmed = []
    for userid in members:
        for job in list(corp.waiting.get(userid, {}).values()):
            if not args.get("msgid") or job.msgid == args["msgid"]:
                sent = _send(world, corp, job, job.tasks[userid])
                confirmed.append({"userid": userid, "msgid": job.msgid, "sent": sent})
                del corp.waiting[userid][job.msgid]
    return {"confirmed": confirmed, "callbacks": []}


def send_own(world: World, args: Args) -> dict[str, Any]:
    """A member sends a group message of their own from the phone; {userid, text, ids?: clients, all by default}."""
    corp = corp_of(world, args)
    userid = member_of(corp, args.get("userid")).userid
    known = corp.by_member.get(userid, {})
    ids = [one for one in names_in(args, "id", "ids") or known if one in known]
    if not ids:
        raise Impossible(f"{userid} has no such clients")
    task = SenderTask(userid, [Target(one) for one in ids])
    now, text = world.clock.now(), {"text": {"content": str(args.get("text", "您好"))}}
    job = GroupMessage(world.ids.secret("msg", 24), "single", text, now, now, {userid: task}, creator=userid)
    corp.group_messages[job.msgid] = job
    return {"msgid": job.msgid, "sent": _send(world, corp, job, task), "callbacks": []}


def has_quota(received: list[float], preset: str, now: float) -> bool:
    """May one more group message reach this client or group? `received` are epoch seconds of earlier ones."""
    if preset == "none":
        return True
    today = datetime.fromtimestamp(now, SHANGHAI)
    days = [datetime.fromtimestamp(moment, SHANGHAI) for moment in received]
    if preset == "day_1":
        return all(day.date() != today.date() for day in days)
    if preset == "week_7":
        return sum(day.isocalendar()[:2] == today.isocalendar()[:2] for day in days) < 7
    this_month = sum((day.year, day.month) == (today.year, today.month) for day in days)
    return this_month < (4 if preset == "month_4" else _days_in_month(today))


def _send(world: World, corp: Corp, job: GroupMessage, task: SenderTask) -> int:
    now, text, reached = world.clock.now(), content.readable(job.content), []
    for target in task.targets:
        if job.chat_type == "single":
            there = corp.relation(task.userid, target.id) is not None
            received = corp.externals[target.id].received
        else:
            there = not corp.groups[target.id].dismissed
            received = corp.groups[target.id].received
        target.sent_at = int(now)
        if not there:
            target.status = 2
        elif not has_quota(received, world.switches.groupmsg_quota, now):
            target.status = 3
        else:
            target.status = 1
            received.append(now)
            reached.append(target.id)
    task.status, task.sent_at = 2, int(now)
    if job.chat_type == "single" and reached:
        world.deliver("group_message", reached, text, job.msgid, task.userid)
    for chat_id in reached if job.chat_type == "group" else []:
        world.deliver("group_chat", corp.groups[chat_id].externals(), text, job.msgid, task.userid, via=chat_id)
    return len(reached)


def _days_in_month(today: datetime) -> int:
    following = today.replace(day=28).toordinal() + 4
    return datetime.fromordinal(following - datetime.fromordinal(following).day).day


DEEDS: dict[str, Deed] = {"member.confirm_groupmsg": confirm_groupmsg, "member.send_groupmsg": send_own}
