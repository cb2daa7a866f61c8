"""App messages to members: partial failure still sends, excess per minute and hour is dropped without a word."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corp_records import AppMessage
from wechat.sandbox.oa.messages import readable
from wechat.sandbox.visibility import sees, visible_members
from wechat.sandbox.wecom import cards, staff_contents

USERS, PARTIES = 1000, 100
KEEP = 20_000
RECALL_S = 86_400
CHECK_S, LONGEST_CHECK_S = 1800, 14_400


def send(call: Call) -> dict[str, Any]:
    """Send to members `a|b`, parties and tags, or `@all`; 81013 when nobody is valid."""
    kind, world = str(call.body.get("msgtype", "")), call.world
    staff_contents.check(call, kind)
    if str(call.body.get("agentid")) != str(call.agent.agentid):
        raise Problem(301002, "not allow operate another agent with this accesstoken")
    people, invalid = _receivers(call)
    if not people:
        raise Problem(81013, "user & party & tag all invalid", **invalid)
    _charge(call, len(people))
    text = readable(call.body[kind])
    msgid, now = world.ids.secret(size=40), world.clock.now()
    message = AppMessage(msgid, call.agent.agentid, kind, call.body[kind], people, now)
    if kind == "template_card":
        cards.register(call, message)
    _keep(call, message)
    if not _repeats(call, text):
        told = [one for one in people if _has_room(call, one)]
        world.deliver("staff", told, text, message.msgid, via=str(call.agent.agentid))
    card = {"response_code": next(iter(message.codes))} if message.codes else {}
    return {**invalid, "unlicenseduser": "", "msgid": message.msgid, **card}


def recall(call: Call) -> dict[str, Any]:
    """Take a message back within 24 hours."""
    message = call.corp.app_messages.get(call.text("msgid"))
    if message is None or message.agentid != call.agent.agentid:
        raise Problem(40058, "invalid msgid")
    if call.world.clock.now() >= message.at + RECALL_S:
        raise Problem(40058, "message is older than 24 hours")
    if not message.recalled:
        message.recalled = True
        call.world.deliver("recall", message.to, "", message.msgid, via=str(call.agent.agentid))
    return {}


def _receivers(call: Call) -> tuple[list[str], dict[str, str]]:
    corp, agent = call.corp, call.agent
    users = _split(call, "touser", USERS)
    parties, tags = _split(call, "toparty", PARTIES), _split(call, "totag", PARTIES)
    if not (users or parties or tags):
        raise Problem(82001, "no receiver")
    if users == ["@all"]:
        return [one.userid for one in visible_members(corp, agent)], _invalid([], [], [])
    found = {userid: corp.member(userid) for userid in users}
    good = [userid for userid, one in found.items() if one and sees(corp, agent, one)]
    bad_parties = [one for one in parties if not one.isdecimal() or int(one) not in corp.departments]
    bad_tags = [one for one in tags if not one.isdecimal() or int(one) not in corp.member_tags]
    wanted = {int(one) for one in parties if one not in bad_parties}
    marked = [corp.member_tags[int(one)] for one in tags if one not in bad_tags]
    wanted |= {number for tag in marked for number in tag.parties}
    named = {userid for tag in marked for userid in tag.userids}
    if wanted or named:
        seen = visible_members(corp, agent)
        good += [one.userid for one in seen if one.userid in named or wanted & set(one.department)]
    return list(dict.fromkeys(good)), _invalid([one for one in found if one not in good], bad_parties, bad_tags)


def _split(call: Call, name: str, most: int) -> list[str]:
    parts = [one for one in str(call.body.get(name) or "").split("|") if one]
    if len(parts) > most:
        raise Problem(40058, f"too many in {name}")
    return parts


def _invalid(users: list[str], parties: list[str], tags: list[str]) -> dict[str, str]:
    return {"invaliduser": "|".join(users), "invalidparty": "|".join(parties), "invalidtag": "|".join(tags)}


def _charge(call: Call, people: int) -> None:
    """Per app and day, as many person-sends as the corp has accounts, times two hundred."""
    corp, share = call.corp, call.world.switches.staff_messages_a_day_per_account
    key = f"{call.agent.agentid}/{call.world.clock.day()}"
    sent = corp.person_sends.get(key, 0)
    if share and sent + people > share * len(corp.members):
        raise Problem(45009, "api freq out of limit")
    corp.person_sends[key] = sent + people


def _keep(call: Call, message: AppMessage) -> None:
    kept = call.corp.app_messages
    kept[message.msgid] = message
    while len(kept) > KEEP:
        del kept[next(iter(kept))]


def _has_room(call: Call, userid: str) -> bool:
    now, switches = call.world.clock.now(), call.world.switches
    recent = [moment for moment in call.corp.staff_messages.get(userid, []) if moment > now - 3600]
    call.corp.staff_messages[userid] = recent
    in_minute = sum(moment > now - 60 for moment in recent[-switches.staff_messages_per_minute :])
    if in_minute >= switches.staff_messages_per_minute or len(recent) >= switches.staff_messages_per_hour:
        return False
    recent.append(now)
    return True


def _repeats(call: Call, text: str) -> bool:
    if not call.body.get("enable_duplicate_check"):
        return False
    now, sent = call.world.clock.now(), call.corp.sent_once
    key = f"{call.agent.agentid}/{call.body.get('touser')}/{text}"
    until = sent.get(key, 0.0)
    sent[key] = now + min(int(call.body.get("duplicate_check_interval") or CHECK_S), LONGEST_CHECK_S)
    while len(sent) > KEEP:
        del sent[next(iter(sent))]
    return now < until


ENDPOINTS = (
    post("/wx/cgi-bin/message/send", send),
    post("/wx/cgi-bin/message/recall", recall),
    post("/wx/cgi-bin/message/update_template_card", cards.update),
)
