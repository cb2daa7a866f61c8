"""Conditions in a sentence that an approver can read, with the names of people, branches and groups filled in."""

from __future__ import annotations

from typing import Any

from campaigns.audience import conditions
from campaigns.audience.conditions import Tree
from kernel import database
from loyalty.tiers import directory

FIELDS = {
    "tier": "客户等级",
    "tag": "标签",
    "owner": "客户经理",
    "branch": "所属机构",
    "balance": "最新资产",
    "activity": "最近活跃",
    "group": "客户群",
    "fan": "公众号粉丝",
    "contact": "企业微信好友",
}
OPERATORS = {
    ("tier", "in"): "是",
    ("tier", "not_in"): "不是",
    ("tag", "has"): "有任一",
    ("tag", "has_not"): "都没有",
    ("owner", "in"): "是",
    ("branch", "in"): "是",
    ("balance", "between"): "在",
    ("activity", "within"): "在",
    ("activity", "older"): "早于",
    ("group", "in"): "在任一",
    ("group", "not_in"): "都不在",
    ("fan", "is"): "是",
    ("fan", "is_not"): "不是",
    ("contact", "is"): "是",
    ("contact", "is_not"): "不是",
}
_NAMES = {
    "owner": "SELECT id, name FROM staff WHERE id = ANY($1::bigint[])",
    "branch": "SELECT id, name FROM branch WHERE id = ANY($1::bigint[])",
    "group": "SELECT id, name FROM client_group WHERE id = ANY($1::bigint[])",
}


async def describe(tree: Tree) -> str:
    """The tree in Chinese; an empty tree is everybody in the author's scope."""
    if not tree:
        return "权限范围内的全部客户"
    names: dict[str, dict[Any, str]] = {"tier": dict(await directory.tier_names())}
    for field, sql in _NAMES.items():
        wanted = [value for leaf in conditions.leaves(tree) if leaf["field"] == field for value in leaf["value"]]
        names[field] = {row["id"]: row["name"] for row in await database.fetch(sql, wanted)} if wanted else {}
    return _sentence(tree, names, outer=True)


def _sentence(tree: Tree, names: dict[str, dict[Any, str]], *, outer: bool = False) -> str:
    if "items" in tree:
        joint = "，且 " if tree["op"] == "and" else "，或 "
        joined = joint.join(_sentence(item, names) for item in tree["items"])
        return joined if outer or len(tree["items"]) == 1 else f"（{joined}）"
    field, operator, value = tree["field"], tree["op"], tree.get("value") or []
    head = f"{FIELDS[field]}{OPERATORS[field, operator]}"
    if field == "balance":
        return head + _band(value[0], value[1])
    if field == "activity":
        return f"{FIELDS[field]}在 {value} 天内" if operator == "within" else f"{FIELDS[field]}早于 {value} 天前"
    if field in ("fan", "contact"):
        return f"{OPERATORS[field, operator]}{FIELDS[field]}"
    known = names.get(field, {})
    return head + "“" + "、".join(known.get(item, str(item)) for item in value) + "”"


def _band(least: int | None, below: int | None) -> str:
    if least is None:
        return f" {_wan(below or 0)} 以下"
    return f" {_wan(least)} 及以上" if below is None else f" {_wan(least)} 至 {_wan(below)} 之间"


def _wan(fen: int) -> str:
    yuan = fen / 100
    return f"{yuan / 10_000:g} 万元" if abs(yuan) >= 10_000 else f"{yuan:g} 元"
