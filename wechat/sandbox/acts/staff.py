"""What members do on their phones: confirm group messages, join and leave the corp, tend the tag library."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of, corp_of, member_of
from wechat.sandbox.corps import Corp, GroupMessage, Member, SenderTask
from wechat.sandbox.oa import mass_sends
from wechat.sandbox.virtual_clock import SHANGHAI
from wechat.sandbox.wecom import contact_tags, content
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


def leave(world: World, args: Args) -> dict[str, Any]:
    """A member leaves the corp; {userid}. Their groups stand without owner, their relations stay unassigned."""
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    member.left = True
    for chat in corp.groups.values():
        if chat.owner == member.userid:
            chat.status = 1
    return _contact_event(world, corp, "delete_user", member.userid)


def join(world: World, args: Args) -> dict[str, Any]:
    """A new member comes; {userid, name?}."""
    corp, userid = corp_of(world, args), str(args.get("userid", ""))
    if not userid or corp.member(userid):
        raise Impossible(f"member {userid} exists or has no name")
    corp.members[userid] = Member(userid, str(args.get("name", userid)))
    return _contact_event(world, corp, "create_user", userid)


def create_tag(world: World, args: Args) -> dict[str, Any]:
    """The admin adds a tag in the console; {group, name}."""
    corp = corp_of(world, args)
    group, name = str(args.get("group", "")), str(args.get("name", ""))
    tag = contact_tags.put(corp, world.ids, group, [name], world.now())[0]
    return {"id": tag.id, **_tag_event(world, corp, "create", tag.id)}


def delete_tag(world: World, args: Args) -> dict[str, Any]:
    """The admin deletes a tag in the console; {id}."""
    corp = corp_of(world, args)
    tag = corp.tags.get(str(args.get("id", "")))
    if tag is None:
        raise Impossible(f"no tag {args.get('id')}")
    contact_tags.remove(corp, [tag])
    return _tag_event(world, corp, "delete", tag.id)


def confirm_mass(world: World, args: Args) -> dict[str, Any]:
    """The account's admin lets a mass send to all go out; {msg_id}."""
    account: Account = account_of(world, args)
    job = account.mass_jobs.get(int(args.get("msg_id", 0)))
    if job is None or job.status != "CONFIRMING":
        raise Impossible("no mass send waits for confirmation")
    job.status = "SENDING"
    mass_sends.finish(world, account, job)
    return {"msg_id": job.msg_id}


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


def _contact_event(world: World, corp: Corp, change: str, userid: str) -> dict[str, Any]:
    event = {"Event": "change_contact", "ChangeType": change, "UserID": userid}
    return {"userid": userid, "callbacks": world.tell_corp(corp, event, capability="contacts")}


def _tag_event(world: World, corp: Corp, change: str, tag_id: str) -> dict[str, Any]:
    event = {"Event": "change_external_tag", "Id": tag_id, "TagType": "tag", "ChangeType": change}
    return {"callbacks": world.tell_corp(corp, event)}


DEEDS: dict[str, Deed] = {
    "member.confirm_groupmsg": confirm_groupmsg,
    "member.leave": leave,
    "member.join": join,
    "tag.create": create_tag,
    "tag.delete": delete_tag,
    "admin.confirm_mass": confirm_mass,
}
