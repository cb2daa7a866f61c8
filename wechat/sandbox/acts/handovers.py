"""What becomes of transfers: the day passes, or the client says no; only then apps are told."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of
from wechat.sandbox.corp_records import Transfer
from wechat.sandbox.corps import Corp, Relation
from wechat.sandbox.wecom.group_transfers import settle as settle_group
from wechat.sandbox.wecom.livestreams import expire
from wechat.sandbox.wecom.transfers import waiting_for
from wechat.sandbox.world import World

ASSIGNED = 202
"""add_way of a client who came by a transfer."""


def refuse(world: World, args: Args) -> dict[str, Any]:
    """The client doesn't want the new member; {external_userid}."""
    corp = corp_of(world, args)
    return {"callbacks": _fail(world, corp, _waiting(corp, args), 3, "customer_refused")}


def complete(world: World, args: Args) -> dict[str, Any]:
    """The day is over for one client or, without a name, for all who wait; {external_userid?}."""
    corp = corp_of(world, args)
    waiting = [one for one in corp.transfers if one.status == 2]
    hit = [_waiting(corp, args)] if args.get("external_userid") else waiting
    return {"done": len(hit), "callbacks": [number for one in hit for number in _finish(world, corp, one)]}


def pass_time(world: World) -> list[int]:
    """Do what only time does: due transfers end, inherited groups change owner, missed livestreams expire silently."""
    now, told = world.clock.now(), []
    for corp in world.corps.values():
        for one in corp.transfers:
            if one.status == 2 and now >= one.due:
                told += _finish(world, corp, one)
        for chat in corp.groups.values():
            if chat.status == 2:
                settle_group(world, corp, chat)
        for live in corp.livestreams.values():
            expire(world, live)
    return told


def _waiting(corp: Corp, args: Args) -> Transfer:
    found = waiting_for(corp, str(args.get("external_userid", "")))
    if found is None:
        raise Impossible(f"{args.get('external_userid')} is in no transfer")
    return found


def _finish(world: World, corp: Corp, one: Transfer) -> list[int]:
    old = corp.relation(one.handover, one.external_userid)
    heir = corp.member(one.takeover)
    if old is None or heir is None:
        return _fail(world, corp, one, 3, "customer_refused")
    if len(corp.by_member.get(one.takeover, {})) >= world.switches.clients_most:
        return _fail(world, corp, one, 4, "customer_limit_exceed")
    one.status, one.ended_at = 1, world.now()
    corp.part(one.handover, one.external_userid)
    told = []
    if not one.resigned:
        gone = _event("del_external_contact", one.handover, one.external_userid)
        told += world.tell_corp(corp, {**gone, "Source": "DELETE_BY_TRANSFER"})
    if corp.relation(one.takeover, one.external_userid) is None:
        fresh = Relation(one.takeover, one.external_userid, world.now(), add_way=ASSIGNED, oper_userid=one.handover)
        fresh.remark, fresh.description, fresh.tags = old.remark, old.description, list(old.tags)
        fresh.remark_mobiles, fresh.chat_started = list(old.remark_mobiles), True
        corp.relate(fresh)
        told += world.tell_corp(corp, _event("add_external_contact", one.takeover, one.external_userid))
    return told


def _fail(world: World, corp: Corp, one: Transfer, status: int, reason: str) -> list[int]:
    one.status, one.ended_at = status, world.now()
    event = {"Event": "change_external_contact", "ChangeType": "transfer_fail", "FailReason": reason}
    return world.tell_corp(corp, {**event, "UserID": one.takeover, "ExternalUserID": one.external_userid})


def _event(change: str, userid: str, external_userid: str) -> dict[str, Any]:
    head = {"Event": "change_external_contact", "ChangeType": change}
    return {**head, "UserID": userid, "ExternalUserID": external_userid}


DEEDS: dict[str, Deed] = {"client.refuse_transfer": refuse, "transfer.complete": complete}
