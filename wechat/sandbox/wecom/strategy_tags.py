"""Tags of a rule group (规则组): a library beside the corp's own, for the members of that group only."""

from __future__ import annotations

from typing import Any

from wechat.sandbox.calls import Call, Problem, post
from wechat.sandbox.corps import Tag
from wechat.sandbox.wecom import contact_tags
from wechat.sandbox.wecom.contact_tags import MOST, grouped

CLIENTS = "/wx/cgi-bin/externalcontact"


def list_tags(call: Call) -> dict[str, Any]:
    """The library of one rule group, or the named tags or groups."""
    wanted = {*call.names("tag_id", MOST), *call.names("group_id", MOST)}
    rows = [tag for tag in _library(call) if not wanted or wanted & {tag.id, tag.group_id}]
    strategy = call.body.get("strategy_id")
    return {"tag_group": [{**group, "strategy_id": strategy} for group in grouped(rows)]}


def add_tags(call: Call) -> dict[str, Any]:
    """New tags in a known or new group of the rule group."""
    strategy, known = int(call.body.get("strategy_id") or 0), _library(call)
    names = [str(row.get("name") or "") for row in call.body.get("tag") or []]
    group = next((tag for tag in known if tag.group_id == call.body.get("group_id")), None)
    group_name = group.group_name if group else call.text("group_name")
    if strategy < 1 or not names or not all(names):
        raise Problem(40058, "invalid strategy_id or tag")
    taken = {tag.name for tag in known if tag.group_name == group_name}
    if taken & set(names) or len(set(names)) < len(names):
        raise Problem(40071, "tag name already exists")
    same = next((tag.group_id for tag in known if tag.group_name == group_name), "")
    ids, now = call.world.ids, call.world.now()
    group_id = same or ids.take("eg")
    made = [Tag(ids.take("et"), name, group_id, group_name, now, strategy=strategy) for name in names]
    call.corp.strategy_tags |= {tag.id: tag for tag in made}
    return {"tag_group": {**grouped(made)[0], "strategy_id": strategy}}


def edit_tag(call: Call) -> dict[str, Any]:
    """Rename or move a tag or a group."""
    wanted, tags = call.text("id"), list(call.corp.strategy_tags.values())
    hit = [tag for tag in tags if wanted in (tag.id, tag.group_id)]
    if not hit:
        raise Problem(40068, "invalid tagid")
    if call.body.get("name"):
        contact_tags.rename(tags, hit, wanted, str(call.body["name"]))
    if "order" in call.body:
        for tag in hit:
            setattr(tag, "order" if tag.id == wanted else "group_order", int(call.body["order"]))
    return {}


def delete_tags(call: Call) -> dict[str, Any]:
    """Delete tags and whole groups, and take them from every relation."""
    wanted = {*call.names("tag_id", MOST), *call.names("group_id", MOST)}
    hit = [tag for tag in call.corp.strategy_tags.values() if wanted & {tag.id, tag.group_id}]
    if not hit:
        raise Problem(40068, "invalid tagid")
    contact_tags.remove(call.corp, hit)
    return {}


def _library(call: Call) -> list[Tag]:
    strategy = call.body.get("strategy_id")
    return [tag for tag in call.corp.strategy_tags.values() if not strategy or tag.strategy == strategy]


ENDPOINTS = (
    post(f"{CLIENTS}/get_strategy_tag_list", list_tags, capability="customer"),
    post(f"{CLIENTS}/add_strategy_tag", add_tags, capability="customer"),
    post(f"{CLIENTS}/edit_strategy_tag", edit_tag, capability="customer"),
    post(f"{CLIENTS}/del_strategy_tag", delete_tags, capability="customer"),
)
