"""What members do inside an app: enter it, write to it, tap its menu, answer a card; told to that app only."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, member_of
from wechat.sandbox.corp_records import AppMessage
from wechat.sandbox.corps import Corp
from wechat.sandbox.wecom.cards import CODE_S
from wechat.sandbox.world import World


def enter(world: World, args: Args) -> dict[str, Any]:
    """Open the app; {userid, agentid?}."""
    return _told(world, args, {"Event": "enter_agent", "EventKey": ""})


def write(world: World, args: Args) -> dict[str, Any]:
    """Write to the app; {userid, text?, agentid?} or {fields: {MsgType: ..., ...}}."""
    fields = dict(args.get("fields") or {"MsgType": "text", "Content": str(args.get("text", "您好"))})
    return _told(world, args, {**fields, "MsgId": world.ids.number()})


def tap_menu(world: World, args: Args) -> dict[str, Any]:
    """Tap the app's menu; {userid, key | url, agentid?}."""
    if args.get("url"):
        return _told(world, args, {"Event": "view", "EventKey": str(args["url"])})
    return _told(world, args, {"Event": "click", "EventKey": str(args.get("key", ""))})


def tap_card(world: World, args: Args) -> dict[str, Any]:
    """Answer a template card; {userid, task_id | msgid, key?, selected?: {question: [option, ...]}}.

    The event brings a code, by which the app may change the card once within a day.
    """
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    message = _card(corp, args)
    if message.recalled or member.userid not in message.to:
        raise Impossible(f"{member.userid} doesn't have this card")
    if member.userid in message.taps:
        raise Impossible("this card has been answered")
    message.taps[member.userid] = str(args.get("key", ""))
    code = world.ids.secret()
    message.codes[code] = world.clock.now() + CODE_S
    event = {
        "Event": "template_card_event",
        "EventKey": str(args.get("key", "")),
        "TaskId": message.task_id,
        "CardType": message.body.get("card_type", ""),
        "ResponseCode": code,
    }
    chosen = [
        {"QuestionKey": question, "OptionIds": {"OptionId": [str(one) for one in options]}}
        for question, options in dict(args.get("selected") or {}).items()
    ]
    more = {"SelectedItems": {"SelectedItem": chosen}} if chosen else {}
    told = _told(world, {**args, "agentid": message.agentid}, {**event, **more})
    return {**told, "response_code": code}


def _card(corp: Corp, args: Args) -> AppMessage:
    task_id, msgid = str(args.get("task_id", "")), str(args.get("msgid", ""))
    found = (
        one
        for one in corp.app_messages.values()
        if one.kind == "template_card" and (one.msgid == msgid if msgid else one.task_id == task_id)
    )
    message = next(found, None)
    if message is None:
        raise Impossible("no such card")
    return message


def _told(world: World, args: Args, event: dict[str, Any]) -> dict[str, Any]:
    corp = corp_of(world, args)
    member = member_of(corp, args.get("userid"))
    if not corp.config.agents:
        raise Impossible("the corp has no app")
    agentid = int(args.get("agentid") or corp.config.agents[0].agentid)
    fields = {"FromUserName": member.userid, **event, "AgentID": agentid}
    return {"callbacks": world.tell_app(corp, agentid, fields)}


DEEDS: dict[str, Deed] = {
    "member.enter_app": enter,
    "member.message": write,
    "member.tap_menu": tap_menu,
    "member.tap_card": tap_card,
}
