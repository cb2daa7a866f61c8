"""What the corp's admin does with the clients' tag library in the console; one event per tag or group."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.acts.deeds import Args, Deed, Impossible, corp_of
from wechat.sandbox.calls import Problem
from wechat.sandbox.corps import Corp, Tag
from wechat.sandbox.wecom import contact_tags
from wechat.sandbox.world import World


def create(world: World, args: Args) -> dict[str, Any]:
    """A new tag; {group, name, tell_group? false}: a new group may be told before its first tag."""
    corp = corp_of(world, args)
    group, name = str(args.get("group", "")), str(args.get("name", ""))
    known = {tag.group_name: tag.group_id for tag in corp.tags.values()}
    if any(tag.name == name and tag.group_name == group for tag in corp.tags.values()):
        raise Impossible(f"{name} is in {group} already")
    tag = contact_tags.put(corp, world.ids, group, [name], world.now())[0]
    fresh = group not in known and args.get("tell_group")
    told = _told(world, corp, "create", tag.group_id, "tag_group") if fresh else []
    return {"id": tag.id, "group_id": tag.group_id, "callbacks": told + _told(world, corp, "create", tag.id, "tag")}


def rename(world: World, args: Args) -> dict[str, Any]:
    """Another name for a tag or a group; {id, name}."""
    corp = corp_of(world, args)
    wanted, hit, kind = _find(corp, args)
    try:
        contact_tags.rename(list(corp.tags.values()), hit, wanted, str(args.get("name", "")))
    except Problem as problem:
        raise Impossible(problem.errmsg) from None
    return {"id": wanted, "callbacks": _told(world, corp, "update", wanted, kind)}


def delete(world: World, args: Args) -> dict[str, Any]:
    """A tag goes, or a group with its tags, of which only the group is told; {id}. A last tag takes its group along."""
    corp = corp_of(world, args)
    wanted, hit, kind = _find(corp, args)
    contact_tags.remove(corp, hit)
    return {"id": wanted, "callbacks": _told(world, corp, "delete", wanted, kind)}


def shuffle(world: World, args: Args) -> dict[str, Any]:
    """The order of a group's tags changes; {id: group, order?: [tag ids]}, without an order it is turned round."""
    corp = corp_of(world, args)
    wanted, hit, kind = _find(corp, args)
    if kind != "tag_group":
        raise Impossible(f"{wanted} is no group")
    order = [str(one) for one in args.get("order") or [tag.id for tag in reversed(hit)]]
    for tag in hit:
        tag.order = len(order) - order.index(tag.id) if tag.id in order else 0
    return {"id": wanted, "callbacks": _told(world, corp, "shuffle", wanted, kind)}


def _find(corp: Corp, args: Args) -> tuple[str, list[Tag], str]:
    wanted = str(args.get("id", ""))
    hit = [tag for tag in corp.tags.values() if wanted in (tag.id, tag.group_id)]
    if not hit:
        raise Impossible(f"no tag {wanted}")
    return wanted, hit, "tag" if hit[0].id == wanted else "tag_group"


def _told(world: World, corp: Corp, change: str, tag_id: str, kind: str) -> list[int]:
    kinds = {} if change == "shuffle" else {"TagType": kind}
    return world.tell_corp(corp, {"Event": "change_external_tag", "Id": tag_id, **kinds, "ChangeType": change})


DEEDS: dict[str, Deed] = {
    "tag.create": create,
    "tag.update": rename,
    "tag.delete": delete,
    "tag.shuffle": shuffle,
}
