"""What a fan allows and takes back: subscribe notices, the old one-time notices, and data they once authorised."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of, fan_of, names_in
from wechat.sandbox.acts.fan_taps import told
from wechat.sandbox.world import World


def accept_template(world: World, args: Args) -> dict[str, Any]:
    """Answer the question for subscribe notices; {openid, template_id | template_ids, accept? true, scene? 0}.

    Each acceptance is good for one notice; of a lasting template for all until it is taken back.
    """
    account, accepts = account_of(world, args), bool(args.get("accept", True))
    fan, rows = fan_of(account, args), []
    for template_id in _templates(account, args):
        if accepts:
            fan.credits[template_id] = fan.credits.get(template_id, 0) + 1
            fan.rejects = [one for one in fan.rejects if one != template_id]
        row = {"TemplateId": template_id, "SubscribeStatusString": "accept" if accepts else "reject"}
        rows.append({**row, "PopupScene": int(args.get("scene", 0))})
    event = {"Event": "subscribe_msg_popup_event", "SubscribeMsgPopupEvent": {"List": rows}}
    return told(world, account, fan, event)


def change_templates(world: World, args: Args) -> dict[str, Any]:
    """Turn subscribe notices off (or on again) in the account's settings; {openid, template_id(s), accept? false}."""
    account, accepts = account_of(world, args), bool(args.get("accept"))
    fan, rows = fan_of(account, args), []
    for template_id in _templates(account, args):
        others = [one for one in fan.rejects if one != template_id]
        fan.rejects = others if accepts else [*others, template_id]
        rows.append({"TemplateId": template_id, "SubscribeStatusString": "accept" if accepts else "reject"})
    event = {"Event": "subscribe_msg_change_event", "SubscribeMsgChangeEvent": {"List": rows}}
    return told(world, account, fan, event)


def allow_once(world: World, args: Args) -> dict[str, Any]:
    """Allow one notice of the old one-time kind for a scene, on its page; {openid, template_id, scene}. No event."""
    account = account_of(world, args)
    fan, credit = fan_of(account, args), f"{args['template_id']}/{args['scene']}"
    fan.credits[credit] = fan.credits.get(credit, 0) + 1
    return {"openid": fan.openid, "callbacks": []}


def revoke(world: World, args: Args) -> dict[str, Any]:
    """Take back what was authorised; {openid, info? "1"}."""
    account = account_of(world, args)
    fan = fan_of(account, args)
    event = {"Event": "user_authorization_revoke", "OpenID": fan.openid, "AppID": account.appid}
    return told(world, account, fan, {**event, "RevokeInfo": str(args.get("info", "1"))})


def edit_profile(world: World, args: Args) -> dict[str, Any]:
    """Change one's own name, which pages were told before; {openid, name}."""
    account = account_of(world, args)
    fan = fan_of(account, args)
    fan.name = str(args.get("name", fan.name))
    event = {"Event": "user_info_modified", "OpenID": fan.openid, "AppID": account.appid}
    return told(world, account, fan, {**event, "RevokeInfo": "1"})


def _templates(account: Account, args: Args) -> list[str]:
    wanted = names_in(args, "template_id", "template_ids")
    unknown = [one for one in wanted if one not in account.subscribe_templates]
    if unknown or not wanted:
        raise Impossible(f"no such subscribe template: {', '.join(unknown) or 'none was named'}")
    return wanted


DEEDS: dict[str, Deed] = {
    "fan.accept_template": accept_template,
    "fan.change_templates": change_templates,
    "fan.allow_once": allow_once,
    "fan.revoke": revoke,
    "fan.edit_profile": edit_profile,
}
