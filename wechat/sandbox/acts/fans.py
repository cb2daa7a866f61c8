"""How fans of an official account come and go: follow, leave, scan."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.acts.deeds import Args, Deed, Impossible, account_of, fan_of
from wechat.sandbox.acts.fan_taps import following, told
from wechat.sandbox.oa.statistics import SOURCES
from wechat.sandbox.world import World


def subscribe(world: World, args: Args) -> dict[str, Any]:
    """Follow; {openid?, name?, unionid?, scene?}. Without a known openid a new person comes."""
    account = account_of(world, args)
    fan = known_or_new(world, account, args)
    if fan.subscribed:
        raise Impossible(f"{fan.openid} already follows")
    scene = str(args.get("scene", ""))
    return _follow(world, account, fan, scene, _ticket(account, scene))


def unsubscribe(world: World, args: Args) -> dict[str, Any]:
    """Stop following; {openid}."""
    account = account_of(world, args)
    fan = following(account, args)
    fan.subscribed, fan.allowance_until, fan.tagids, fan.remark = False, 0.0, [], ""
    account.note(world.clock.day(), f"gone:{SOURCES.get(fan.scene, 0)}")
    return told(world, account, fan, {"Event": "unsubscribe", "EventKey": ""})


def scan(world: World, args: Args) -> dict[str, Any]:
    """Scan a QR code; {openid?, ticket | scene}. Who doesn't follow yet does so by it."""
    account = account_of(world, args)
    ticket = account.tickets.get(str(args.get("ticket", "")))
    if args.get("ticket") and (ticket is None or world.clock.now() >= ticket.expires):
        raise Impossible("this code is unknown or has expired")
    scene = ticket.scene if ticket else str(args.get("scene", ""))
    mark = ticket.ticket if ticket else _ticket(account, scene)
    fan = known_or_new(world, account, args)
    if not fan.subscribed:
        return _follow(world, account, fan, scene, mark)
    fan.allow("scan", world.clock.now())
    return told(world, account, fan, {"Event": "SCAN", "EventKey": scene, "Ticket": mark})


def change(world: World, args: Args) -> dict[str, Any]:
    """Change how a fan takes messages, without any event; {openid, refuses?, blacklisted?}."""
    fan = fan_of(account_of(world, args), args)
    fan.refuses = bool(args.get("refuses", fan.refuses))
    fan.blacklisted = bool(args.get("blacklisted", fan.blacklisted))
    return {"openid": fan.openid, "callbacks": []}


def known_or_new(world: World, account: Account, args: Args) -> Fan:
    """The fan named by `openid`, made when nobody has that id; without one a new person with a seeded id."""
    openid = str(args.get("openid") or world.ids.take("o", 28))
    fan = account.fans.get(openid)
    if fan is None:
        fan = account.fans[openid] = Fan(openid)
    fan.unionid = str(args.get("unionid") or fan.unionid)
    fan.name = str(args.get("name") or fan.name)
    return fan


def _follow(world: World, account: Account, fan: Fan, scene: str, ticket: str) -> dict[str, Any]:
    fan.subscribed, fan.subscribe_time, fan.qr_scene = True, world.now(), scene
    fan.scene = "ADD_SCENE_QR_CODE" if scene else "ADD_SCENE_SEARCH"
    fan.allow("subscribe", world.clock.now())
    account.note(world.clock.day(), f"new:{SOURCES.get(fan.scene, 0)}")
    if not scene:
        return told(world, account, fan, {"Event": "subscribe", "EventKey": ""})
    return told(world, account, fan, {"Event": "subscribe", "EventKey": f"qrscene_{scene}", "Ticket": ticket})


def _ticket(account: Account, scene: str) -> str:
    hit = next((ticket for ticket in reversed(account.tickets.values()) if ticket.scene == scene), None)
    return hit.ticket if hit else f"gQ-sandbox-{scene}"


DEEDS: dict[str, Deed] = {
    "fan.subscribe": subscribe,
    "fan.unsubscribe": unsubscribe,
    "fan.scan": scan,
    "fan.change": change,
}
