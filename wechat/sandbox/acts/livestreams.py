"""What happens on air: reserved, begun, watched, ended; only the app that made the livestream is told."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, external_of, member_of, names_in
from wechat.sandbox.corps import Corp, Livestream
from wechat.sandbox.wecom.livestreams import expire
from wechat.sandbox.world import World


def start(world: World, args: Args) -> dict[str, Any]:
    """The anchor begins; {livingid}."""
    corp, live = _live(world, args)
    if live.status != 0:
        raise Impossible(f"this livestream has status {live.status}")
    live.status, live.started_at = 1, world.now()
    return _told(world, corp, live)


def end(world: World, args: Args) -> dict[str, Any]:
    """The anchor ends; {livingid}."""
    corp, live = _live(world, args)
    if live.status != 1:
        raise Impossible(f"this livestream has status {live.status}")
    live.status, live.ended_at = 2, world.now()
    return _told(world, corp, live)


def watch(world: World, args: Args) -> dict[str, Any]:
    """People watch; {livingid, id | ids, seconds?, comment?, mic?, invitor?}. Watching again adds up. No callback."""
    corp, live = _live(world, args)
    if live.status not in (1, 2):
        raise Impossible("nothing is on air yet")
    ids, seconds = names_in(args, "id", "ids"), int(args.get("seconds", 600))
    marks = {"is_comment": int(bool(args.get("comment"))), "is_mic": int(bool(args.get("mic")))}
    for one in ids:
        if one in corp.externals:
            client = external_of(corp, one)
            row = {"external_userid": one, "type": client.type, "name": client.name, "watch_time": 0, **marks}
            seen = live.externals.setdefault(one, row)
        else:
            seen = live.users.setdefault(member_of(corp, one).userid, {"userid": one, "watch_time": 0, **marks})
        seen["watch_time"] += seconds
        seen.update({name: max(seen[name], mark) for name, mark in marks.items()})
        if args.get("invitor"):
            seen["invitor_userid"] = str(args["invitor"])
    return {"watched": len(ids), "callbacks": []}


def reserve(world: World, args: Args) -> dict[str, Any]:
    """People ask to be reminded; {livingid, id | ids}. No callback."""
    _, live = _live(world, args)
    live.reserved = list(dict.fromkeys([*live.reserved, *names_in(args, "id", "ids")]))
    return {"reserved": len(live.reserved), "callbacks": []}


def cancel(world: World, args: Args) -> dict[str, Any]:
    """The anchor cancels on the phone; {livingid}."""
    corp, live = _live(world, args)
    if live.status != 0:
        raise Impossible(f"this livestream has status {live.status}")
    live.status = 4
    return _told(world, corp, live)


def _live(world: World, args: Args) -> tuple[Corp, Livestream]:
    corp = corp_of(world, args)
    live = corp.livestreams.get(str(args.get("livingid", "")))
    if live is None:
        raise Impossible(f"no livestream {args.get('livingid')}")
    expire(world, live)
    return corp, live


def _told(world: World, corp: Corp, live: Livestream) -> dict[str, Any]:
    event = {"Event": "living_status_change", "LivingId": live.livingid, "Status": live.status, "AgentID": live.agentid}
    return {"livingid": live.livingid, "callbacks": world.tell_corp(corp, event, "living", live.agentid)}


DEEDS: dict[str, Deed] = {
    "live.start": start,
    "live.end": end,
    "live.watch": watch,
    "live.reserve": reserve,
    "live.cancel": cancel,
}
