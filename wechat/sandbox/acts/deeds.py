"""What an act is: a function over the world and named arguments, which may be impossible."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wechat.sandbox.accounts import Account, Fan
from wechat.sandbox.corps import Corp, External, GroupChat, Member, Relation
from wechat.sandbox.world import World

Args = dict[str, Any]
Deed = Callable[[World, Args], dict[str, Any]]


class Impossible(Exception):
    """Nobody could do this now: the person, group or relation isn't there, or is in another state."""


def account_of(world: World, args: Args) -> Account:
    """The official account of the act: `appid`, or the first."""
    return world.account(str(args.get("appid", "")))


def corp_of(world: World, args: Args) -> Corp:
    """The corp of the act: `corpid`, or the first."""
    return world.corp(str(args.get("corpid", "")))


def fan_of(account: Account, args: Args) -> Fan:
    """The known fan named by `openid`."""
    fan = account.fans.get(str(args.get("openid", "")))
    if fan is None:
        raise Impossible(f"no fan {args.get('openid')}")
    return fan


def member_of(corp: Corp, userid: Any) -> Member:
    """A present member."""
    member = corp.member(str(userid))
    if member is None:
        raise Impossible(f"no member {userid}")
    return member


def external_of(corp: Corp, external_userid: Any) -> External:
    """A known client."""
    external = corp.externals.get(str(external_userid))
    if external is None:
        raise Impossible(f"no client {external_userid}")
    return external


def relation_of(corp: Corp, args: Args) -> Relation:
    """The relation named by `userid` and `external_userid`."""
    relation = corp.relation(str(args.get("userid", "")), str(args.get("external_userid", "")))
    if relation is None:
        raise Impossible(f"{args.get('userid')} and {args.get('external_userid')} are no contacts")
    return relation


def chat_of(corp: Corp, args: Args) -> GroupChat:
    """The living group named by `chat_id`."""
    chat = corp.groups.get(str(args.get("chat_id", "")))
    if chat is None or chat.dismissed:
        raise Impossible(f"no group {args.get('chat_id')}")
    return chat


def names_in(args: Args, single: str, many: str) -> list[str]:
    """The ids given one by one or as a list."""
    return [str(one) for one in args.get(many) or ([args[single]] if args.get(single) else [])]
