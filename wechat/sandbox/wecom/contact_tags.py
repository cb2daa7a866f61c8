"""The corp's tag library for clients: groups of tags; an empty group vanishes; an app changes only what it made."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corps import Corp, Tag
from wechat.sandbox.ids import Ids

MOST = 3000
NAME_CHARS = 30


def list_tags(call: Call) -> dict[str, Any]:
    """The library, or the named tags or groups."""
    wanted, groups = set(call.names("tag_id", MOST)), set(call.names("group_id", MOST))
    rows = [
        tag
        for tag in call.corp.tags.values()
        if not (wanted or groups) or tag.id in wanted or (not wanted and tag.group_id in groups)
    ]
    return {"tag_group": grouped(rows)}


def add_tags(call: Call) -> dict[str, Any]:
    """New tags in a known or new group; a known group name joins that group; 40071 when a name is taken in it."""
    wanted = call.body.get("tag")
    if not isinstance(wanted, list) or not wanted:
        raise Problem(40058, "missing tag")
    names = [_good_name(row.get("name")) for row in wanted]
    group = next((tag for tag in call.corp.tags.values() if tag.group_id == call.body.get("group_id")), None)
    if call.body.get("group_id") and group is None:
        raise Problem(40068, "invalid group_id")
    group_name = group.group_name if group else _good_name(call.text("group_name"))
    taken = {tag.name for tag in call.corp.tags.values() if tag.group_name == group_name}
    if len(set(names)) < len(names) or taken & set(names):
        raise Problem(40071, "tag name already exists")
    if len(call.corp.tags) + len(names) > MOST:
        raise Problem(40126, "too many corp tags")
    made = put(call.corp, call.world.ids, group_name, names, call.world.now(), call.agent.agentid)
    for tag, row in zip(made, wanted, strict=True):
        tag.order, tag.group_order = int(row.get("order") or 0), int(call.body.get("order") or 0)
    return {"tag_group": grouped(made)[0]}


def edit_tag(call: Call) -> dict[str, Any]:
    """Rename or move a tag or a group that this app made; 40071 when the name is taken, 81011 when it isn't its own."""
    name, wanted = str(call.body.get("name") or ""), call.text("id")
    tags = list(call.corp.tags.values())
    hit = [tag for tag in tags if wanted in (tag.id, tag.group_id)]
    if not hit:
        raise Problem(40068, "invalid tagid")
    _require_own(call, hit)
    if name:
        _good_name(name)
        rename(tags, hit, wanted, name)
    if "order" in call.body:
        for tag in hit:
            setattr(tag, "order" if tag.id == wanted else "group_order", int(call.body["order"]))
    return {}


def delete_tags(call: Call) -> dict[str, Any]:
    """Delete tags and whole groups that this app made, and take them from every relation."""
    wanted = {*call.names("tag_id", MOST), *call.names("group_id", MOST)}
    if not wanted:
        raise Problem(40058, "missing tag_id and group_id")
    hit = [tag for tag in call.corp.tags.values() if tag.id in wanted or tag.group_id in wanted]
    if not hit:
        raise Problem(40068, "invalid tagid")
    _require_own(call, hit)
    remove(call.corp, hit)
    return {}


def put(corp: Corp, ids: Ids, group_name: str, names: list[str], now: int, agentid: int = 0) -> list[Tag]:
    """Add tags to the library; the new ones."""
    group_id = next((tag.group_id for tag in corp.tags.values() if tag.group_name == group_name), "") or ids.take("eg")
    made = [Tag(ids.take("et"), name, group_id, group_name, now, agentid=agentid) for name in names]
    corp.tags |= {tag.id: tag for tag in made}
    return made


def rename(tags: list[Tag], hit: list[Tag], wanted: str, name: str) -> None:
    """Give a tag or a group another name; Problem 40071 when a neighbour has it."""
    if hit[0].id == wanted:
        if any(tag.name == name and tag.group_id == hit[0].group_id and tag.id != wanted for tag in tags):
            raise Problem(40071, "tag name already exists")
        hit[0].name = name
        return
    if any(tag.group_name == name and tag.group_id != wanted for tag in tags):
        raise Problem(40071, "tag group name already exists")
    for tag in hit:
        tag.group_name = name


def remove(corp: Corp, tags: list[Tag]) -> None:
    """Delete tags everywhere."""
    gone = {tag.id for tag in tags}
    corp.tags = {tag_id: tag for tag_id, tag in corp.tags.items() if tag_id not in gone}
    corp.strategy_tags = {tag_id: tag for tag_id, tag in corp.strategy_tags.items() if tag_id not in gone}
    for relations in corp.by_member.values():
        for relation in relations.values():
            if relation.tags:
                relation.tags = [tag for tag in relation.tags if tag not in gone]


def grouped(tags: list[Tag]) -> list[dict[str, Any]]:
    """Tags as the platform shows them, by group; a higher order comes first."""
    groups: dict[str, dict[str, Any]] = {}
    for tag in sorted(tags, key=lambda one: (-one.group_order, -one.order)):
        head = {"group_id": tag.group_id, "group_name": tag.group_name, "create_time": tag.created}
        row = {"id": tag.id, "name": tag.name, "create_time": tag.created, "order": tag.order}
        groups.setdefault(tag.group_id, {**head, "order": tag.group_order, "tag": []})["tag"].append(row)
    return list(groups.values())


def _good_name(name: Any) -> str:
    text = str(name or "")
    if not 1 <= len(text) <= NAME_CHARS:
        raise Problem(40058, "invalid tag name")
    return text


def _require_own(call: Call, tags: list[Tag]) -> None:
    if any(tag.agentid != call.agent.agentid for tag in tags):
        raise Problem(81011, "no privilege to access/modify the tag")


ENDPOINTS = (
    post("/wx/cgi-bin/externalcontact/get_corp_tag_list", list_tags, capability="customer"),
    post("/wx/cgi-bin/externalcontact/add_corp_tag", add_tags, capability="customer"),
    post("/wx/cgi-bin/externalcontact/edit_corp_tag", edit_tag, capability="customer"),
    post("/wx/cgi-bin/externalcontact/del_corp_tag", delete_tags, capability="customer"),
)
