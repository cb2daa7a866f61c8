"""What members and groups did by the day: contacts, chats, messages, people in groups."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corps import GroupChat
from wechat.sandbox.visibility import below, visible_members
from wechat.sandbox.wecom.scope import contact_member
from wechat.sandbox.wecom.spans import days_between

MEMBERS = 100
FACTS = ("chat_cnt", "message_cnt", "negative_feedback_cnt", "new_apply_cnt", "new_contact_cnt")
DAY_S = 86_400


def show_behaviour(call: Call) -> dict[str, Any]:
    """Contacts and chats of up to 100 members or parties, for each day of at most 30."""
    userids, parties = call.names("userid", MEMBERS), [int(one) for one in call.body.get("partyid") or []]
    if not (userids or parties) or len(parties) > MEMBERS:
        raise Problem(40058, "invalid userid or partyid")
    wanted = {contact_member(call, userid).userid for userid in userids}
    inside = below(call.corp, set(parties))
    wanted |= {one.userid for one in visible_members(call.corp, call.agent) if inside & set(one.department)}
    rows = []
    for day, midnight in days_between(call, call.body.get("start_time"), call.body.get("end_time")):
        total = Counter[str]()
        for userid in wanted:
            total.update(call.corp.behaviour.get(f"{userid}/{day}", {}))
        rows.append({"stat_time": midnight, **{name: total[name] for name in FACTS}, **_replies(total)})
    return {"behavior_data": rows}


def show_groups(call: Call) -> dict[str, Any]:
    """Groups and what happened in them, by owner."""
    begin = call.body.get("day_begin_time")
    days = days_between(call, begin, call.body.get("day_end_time") or begin)
    owners = [contact_member(call, userid).userid for userid in _owners(call)]
    owners = owners or sorted({chat.owner for chat in call.corp.groups.values()})
    items: list[dict[str, Any]] = [{"owner": owner, "data": _group_data(_of(call, {owner}), days)} for owner in owners]
    keys = {1: "new_chat_cnt", 2: "chat_total", 3: "new_member_cnt", 4: "member_total"}
    key = keys.get(int(call.body.get("order_by") or 1), "new_chat_cnt")
    items.sort(key=lambda item: item["data"][key], reverse=not call.body.get("order_asc"))
    start, limit = int(call.body.get("offset") or 0), call.number("limit", 500, 1000)
    shown = items[start : start + limit]
    return {"total": len(items), "next_offset": start + len(shown), "items": shown}


def show_groups_by_day(call: Call) -> dict[str, Any]:
    """The same for all owners together, day by day."""
    begin = call.body.get("day_begin_time")
    days = days_between(call, begin, call.body.get("day_end_time") or begin)
    owners = {contact_member(call, userid).userid for userid in _owners(call)}
    chats = _of(call, owners)
    return {"items": [{"stat_time": day[1], "data": _group_data(chats, [day])} for day in days]}


def _owners(call: Call) -> list[str]:
    owners = (call.body.get("owner_filter") or {}).get("userid_list") or []
    if not isinstance(owners, list) or len(owners) > MEMBERS:
        raise Problem(40058, "invalid owner_filter")
    return [str(one) for one in owners]


def _of(call: Call, owners: set[str]) -> list[GroupChat]:
    return [chat for chat in call.corp.groups.values() if not chat.dismissed and (not owners or chat.owner in owners)]


def _group_data(chats: Iterable[GroupChat], days: list[tuple[str, int]]) -> dict[str, int]:
    first, last = days[0][1], days[-1][1] + DAY_S
    data: Counter[str] = Counter()
    for chat in chats:
        if chat.created >= last:
            continue
        talk = Counter[str]()
        for day, _ in days:
            talk.update(chat.talk.get(day, {}))
        inside = [row["join_time"] for row in chat.members.values() if row["join_time"] < last]
        data["new_chat_cnt"] += first <= chat.created
        data["chat_total"] += 1
        data["chat_has_msg"] += bool(talk)
        data["new_member_cnt"] += sum(first <= joined for joined in inside)
        data["member_total"] += len(inside)
        data["member_has_msg"] += len(talk)
        data["msg_total"] += talk.total()
    names = ("new_chat_cnt", "chat_total", "chat_has_msg", "new_member_cnt", "member_total", "member_has_msg")
    return {**{name: data[name] for name in names}, "msg_total": data["msg_total"], "migrate_trainee_chat_cnt": 0}


def _replies(total: Counter[str]) -> dict[str, Any]:
    if not total["chat_cnt"]:
        return {}
    return {"reply_percentage": 100.0, "avg_reply_time": 1}


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/get_user_behavior_data", show_behaviour, capability="customer"),
    post("/wx/cgi-bin/externalcontact/groupchat/statistic", show_groups, capability="customer"),
    post("/wx/cgi-bin/externalcontact/groupchat/statistic_group_by_day", show_groups_by_day, capability="customer"),
)
