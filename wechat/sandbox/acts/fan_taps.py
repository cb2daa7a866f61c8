"""What a fan taps in the account's menu, and where they say they are."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of, fan_of
from wechat.sandbox.oa.menus import menu_of
from wechat.sandbox.world import World

SCANS = ("scancode_push", "scancode_waitmsg")
PICTURES = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")


def click(world: World, args: Args) -> dict[str, Any]:
    """Tap the menu; {openid, key} or {openid, url} or {openid, name} of a button, with {kind?, result?, page?}."""
    account = account_of(world, args)
    fan = following(account, args)
    button = _button(account, fan, args)
    kind = str(args.get("kind") or button.get("type") or ("view" if button.get("url") else "click"))
    key = str(button.get("key", ""))
    if kind in ("view", "miniprogram"):
        page = str(args.get("page") or button.get("pagepath") or button.get("url") or "")
        name = "VIEW" if kind == "view" else "view_miniprogram"
        return told(world, account, fan, {"Event": name, "EventKey": page, "MenuId": _menu_id(account)})
    if kind in ("media_id", "view_limited", "article_id", "article_view_limited"):
        return {"openid": fan.openid, "callbacks": []}
    fan.allow("click", world.clock.now())
    if kind == "click":
        return told(world, account, fan, {"Event": "CLICK", "EventKey": key})
    event: dict[str, Any] = {"Event": kind, "EventKey": key}
    if kind in SCANS:
        event["ScanCodeInfo"] = {"ScanType": "qrcode", "ScanResult": str(args.get("result", ""))}
    elif kind in PICTURES:
        many = int(args.get("count", 1))
        sums = [{"PicMd5Sum": f"{world.ids.number():032x}"} for _ in range(many)]
        event["SendPicsInfo"] = {"Count": many, "PicList": {"item": sums}}
    elif kind == "location_select":
        event["SendLocationInfo"] = _place(args) | {"Poiname": str(args.get("poi", ""))}
    else:
        raise Impossible(f"unknown kind of button {kind}")
    return told(world, account, fan, event)


def locate(world: World, args: Args) -> dict[str, Any]:
    """Let the account know where one is; {openid, latitude?, longitude?, precision?}."""
    account = account_of(world, args)
    fan = following(account, args)
    event = {"Event": "LOCATION", "Latitude": float(args.get("latitude", 31.23))}
    place = {"Longitude": float(args.get("longitude", 121.47)), "Precision": float(args.get("precision", 30))}
    return told(world, account, fan, {**event, **place})


def following(account: Account, args: Args) -> Fan:
    """The named fan, who must follow."""
    fan = fan_of(account, args)
    if not fan.subscribed:
        raise Impossible(f"{fan.openid} doesn't follow")
    return fan


def told(world: World, account: Account, fan: Fan, event: dict[str, Any]) -> dict[str, Any]:
    """The answer of an act that the account hears of."""
    return {"openid": fan.openid, "callbacks": world.tell_account(account, fan.openid, event)}


def _button(account: Account, fan: Fan, args: Args) -> dict[str, Any]:
    """The tapped button: by its name in the menu that this fan sees, else as the arguments describe it."""
    if not args.get("name"):
        return {name: args[name] for name in ("key", "url") if args.get(name)}
    for one in menu_of(account, fan).get("button", []):
        for button in [one, *one.get("sub_button", [])]:
            if button.get("name") == args["name"] and button.get("type"):
                return dict(button)
    raise Impossible(f"no button {args['name']} in this fan's menu")


def _menu_id(account: Account) -> int:
    return int(account.menu.get("menuid", 411))


def _place(args: Args) -> dict[str, Any]:
    return {
        "Location_X": str(args.get("latitude", 31.23)),
        "Location_Y": str(args.get("longitude", 121.47)),
        "Scale": str(args.get("scale", 16)),
        "Label": str(args.get("label", "")),
    }


DEEDS: dict[str, Deed] = {"fan.click": click, "fan.locate": locate}
