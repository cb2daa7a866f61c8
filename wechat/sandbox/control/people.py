"""The truth about everybody: fans, members, clients, relations, tags, groups, jobs and livestreams."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.control import made_by_apps
from wechat.sandbox.control.asking import Asked, Told
from wechat.sandbox.corps import Corp, GroupChat, GroupMessage, Livestream, Relation

PARTS = (
    "fans",
    "oa_tags",
    "members",
    "externals",
    "relations",
    "tags",
    "groups",
    "group_messages",
    "livestreams",
    *made_by_apps.PARTS,
)


def show(asked: Asked) -> Told:
    """?only=fans,groups &appid= &corpid=: the state of one account and one corp (the first ones without names)."""
    wanted = [name for name in asked.query.get("only", "").split(",") if name] or list(PARTS)
    unknown = sorted(set(wanted) - set(PARTS))
    if unknown:
        raise ValueError(f"unknown {', '.join(unknown)}; known are {', '.join(PARTS)}")
    world = asked.world
    told: dict[str, Any] = {}
    if world.accounts:
        told |= _account(world.account(asked.query.get("appid", "")), wanted)
    if world.corps:
        told |= _corp(world.corp(asked.query.get("corpid", "")), wanted)
    return told


def _account(account: Account, wanted: list[str]) -> Told:
    told: Told = {}
    if "fans" in wanted:
        told["fans"] = [_fan(fan) for fan in account.fans.values()]
    if "oa_tags" in wanted:
        told["oa_tags"] = [{"id": number, "name": name} for number, name in account.tags.items()]
    return told


def _corp(corp: Corp, wanted: list[str]) -> Told:
    parts: dict[str, Any] = {
        "members": lambda: [asdict(one) for one in corp.members.values()],
        "externals": lambda: [
            {"external_userid": one.external_userid, "name": one.name, "unionid": one.unionid}
            for one in corp.externals.values()
        ],
        "relations": lambda: [_relation(one) for rows in corp.by_member.values() for one in rows.values()],
        "tags": lambda: [asdict(one) for one in corp.tags.values()],
        "groups": lambda: [_group(one) for one in corp.groups.values()],
        "group_messages": lambda: [_job(one) for one in corp.group_messages.values()],
        "livestreams": lambda: [_livestream(one) for one in corp.livestreams.values()],
    }
    told = {name: parts[name]() for name in wanted if name in parts}
    return told | {name: made_by_apps.show(corp, name) for name in wanted if name in made_by_apps.PARTS}


def _fan(fan: Fan) -> Told:
    return {
        "openid": fan.openid,
        "unionid": fan.unionid,
        "name": fan.name,
        "subscribed": fan.subscribed,
        "subscribe_time": fan.subscribe_time,
        "qr_scene": fan.qr_scene,
        "tagids": list(fan.tagids),
        "refuses": fan.refuses,
        "blacklisted": fan.blacklisted,
        "allowance_left": fan.allowance_left,
        "allowance_until": fan.allowance_until,
        "unavailable_shown": fan.unavailable_shown,
    }


def _relation(one: Relation) -> Told:
    return {
        "userid": one.userid,
        "external_userid": one.external_userid,
        "created": one.created,
        "state": one.state,
        "remark": one.remark,
        "tags": list(one.tags),
        "last_chat": one.last_chat,
    }


def _group(chat: GroupChat) -> Told:
    return {
        "chat_id": chat.chat_id,
        "name": chat.name,
        "owner": chat.owner,
        "dismissed": chat.dismissed,
        "member_version": chat.version,
        "members": list(chat.members),
        "externals": chat.externals(),
    }


def _job(job: GroupMessage) -> Told:
    return {
        "msgid": job.msgid,
        "chat_type": job.chat_type,
        "created": job.created,
        "content": job.content,
        "tasks": [
            {
                "userid": task.userid,
                "status": task.status,
                "cancelled": task.cancelled,
                "targets": [{"id": target.id, "status": target.status} for target in task.targets],
            }
            for task in job.tasks.values()
        ],
    }


def _livestream(live: Livestream) -> Told:
    return {
        "livingid": live.livingid,
        "theme": live.theme,
        "anchor": live.anchor,
        "start": live.start,
        "duration": live.duration,
        "status": live.status,
        "reserved": list(live.reserved),
        "watchers": {one: row["watch_time"] for one, row in [*live.users.items(), *live.externals.items()]},
    }
