"""Moments on people's phones: members publish what waits, clients like and comment; no callback comes."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of, external_of, member_of
from wechat.sandbox.corp_records import Moment, MomentPost
from wechat.sandbox.corps import Corp
from wechat.sandbox.wecom import content
from wechat.sandbox.world import World


def publish(world: World, args: Args) -> dict[str, Any]:
    """Publish what waits; {userid?, moment_id?}: without a name every member, without an id every moment."""
    corp = corp_of(world, args)
    only = member_of(corp, args["userid"]).userid if args.get("userid") else ""
    published = []
    for moment in corp.moments.values():
        if args.get("moment_id") not in (None, "", moment.moment_id) or world.clock.now() < moment.ready_at:
            continue
        for one in moment.posts.values():
            if only in ("", one.userid) and corp.member(one.userid) and not (one.published_at or one.cancelled):
                _publish(world, corp, moment, one)
                published.append({"userid": one.userid, "moment_id": moment.moment_id, "reached": len(one.reached)})
    return {"published": published, "callbacks": []}


def like(world: World, args: Args) -> dict[str, Any]:
    """A client likes a member's post; {moment_id, userid, external_userid}."""
    return _react(world, args, {})


def comment(world: World, args: Args) -> dict[str, Any]:
    """A client comments on a member's post; {moment_id, userid, external_userid, text?}."""
    return _react(world, args, {"content": str(args.get("text", "不错"))})


def _publish(world: World, corp: Corp, moment: Moment, one: MomentPost) -> None:
    now, most = world.clock.now(), world.switches.moments_a_day
    one.published_at = int(now)
    for client in one.clients:
        if corp.relation(one.userid, client) is None:
            continue
        seen = corp.behaviour.setdefault(f"moments of {client}/{world.clock.day()}", {})
        if most and seen.get("seen", 0) >= most:
            continue
        seen["seen"] = seen.get("seen", 0) + 1
        one.reached.append(client)
    if one.reached:
        world.deliver("moment", one.reached, content.readable(moment.content), moment.moment_id, one.userid)


def _react(world: World, args: Args, words: dict[str, str]) -> dict[str, Any]:
    corp = corp_of(world, args)
    moment = corp.moments.get(str(args.get("moment_id", "")))
    one = moment.posts.get(str(args.get("userid", ""))) if moment else None
    client = external_of(corp, args.get("external_userid")).external_userid
    if one is None or client not in one.reached:
        raise Impossible(f"{client} doesn't see this post")
    row = {"external_userid": client, "create_time": world.now(), **words}
    (one.comments if words else one.likes).append(row)
    return {"callbacks": []}


DEEDS: dict[str, Deed] = {"member.publish_moment": publish, "client.like": like, "client.comment": comment}
