"""Conditions in a sentence that an approver can read, with names of people, units, campaigns and segments filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campaigns.audience import conditions, including, stages
from campaigns.audience.conditions import Tree
from community.clients import timeline
from kernel import database
from kernel.errors import Refused
from loyalty.tiers import directory

GENDERS = {"m": "男", "f": "女", "u": "未登记"}
LEVELS = {1: "C1", 2: "C2", 3: "C3", 4: "C4", 5: "C5"}
BEHAVIOURS = (
    "message.received", "menu.tapped", "link.clicked", "code.scanned", "fan.followed", "fan.unfollowed",
    "contact.added", "contact.lost", "group.joined", "group.left", "event.opened", "event.accepted", "event.attended",
    "event.declined", "livestream.reserved", "livestream.watched", "benefit.granted", "benefit.redeemed",
    "points.earned", "points.spent", "tier.raised", "tier.lowered", "tier.watched", "outflow.noticed",
    "risk.assessed", "tag.added", "task.done", "consent.granted", "consent.withdrawn",
)  # fmt: skip
"""Kinds of the timeline that can be asked about; what the machine notes for itself is nobody's reason to write."""
SAYINGS = {
    ("tier", "in"): "客户等级是{}",
    ("tier", "not_in"): "客户等级不是{}",
    ("stage", "in"): "生命周期阶段是{}",
    ("gender", "in"): "性别是{}",
    ("tag", "has"): "标签有任一{}",
    ("tag", "has_not"): "标签都没有{}",
    ("owner", "in"): "客户经理是{}",
    ("branch", "in"): "所属机构是{}",
    ("known", "within"): "登记为客户在 {} 天内",
    ("known", "older"): "登记为客户超过 {} 天",
    ("risk", "in"): "有效的风险评估是{}",
    ("risk", "none"): "没有有效的风险评估",
    ("document", "expires"): "证件在 {} 天内到期",
    ("balance", "between"): "最新资产在{}",
    ("deposit", "between"): "最新存款在{}",
    ("average", "between"): "近 30 天日均资产在{}",
    ("change", "between"): "近 30 天资产变化在{}",
    ("maturity", "within"): "有产品或存款在 {} 天内到期",
    ("activity", "within"): "最近活跃在 {} 天内",
    ("activity", "older"): "最近活跃早于 {} 天前",
    ("behaviour", "did"): "{days} 天内“{kind}”至少 {times} 次",
    ("behaviour", "did_not"): "{days} 天内“{kind}”不到 {times} 次",
    ("contacted", "within"): "{} 天内收到过营销消息",
    ("contacted", "not_within"): "{} 天内没有收到过营销消息",
    ("group", "in"): "客户群在任一{}",
    ("group", "not_in"): "客户群都不在{}",
    ("fan", "is"): "是公众号粉丝",
    ("fan", "is_not"): "不是公众号粉丝",
    ("contact", "is"): "是企业微信好友",
    ("contact", "is_not"): "不是企业微信好友",
    ("campaign", "got"): "收到过活动{}",
    ("campaign", "got_not"): "没有收到过活动{}",
    ("campaign", "clicked"): "点击过活动{}的链接",
    ("campaign", "clicked_not"): "没有点击过活动{}的链接",
    ("campaign", "control"): "曾在活动{}的对照组",
    ("event", "accepted"): "报名了邀约会{}",
    ("event", "attended"): "到场参加了邀约会{}",
    ("event", "absent"): "报名未到邀约会{}",
    ("event", "not_invited"): "没有受邀参加邀约会{}",
    ("livestream", "reserved"): "预约了直播{}",
    ("livestream", "watched"): "看过直播{}",
    ("livestream", "absent"): "受邀未看直播{}",
    ("list", "in"): "在名单{}中",
    ("list", "not_in"): "不在名单{}中",
    ("segment", "in"): "属于分群{}",
    ("segment", "not_in"): "不属于分群{}",
}
_NAMES = {
    "owner": "SELECT id, name FROM staff WHERE id = ANY($1::bigint[])",
    "branch": "SELECT id, name FROM branch WHERE id = ANY($1::bigint[])",
    "group": "SELECT id, name FROM client_group WHERE id = ANY($1::bigint[])",
    "campaign": "SELECT id, name FROM campaign WHERE id = ANY($1::bigint[])",
    "event": "SELECT e.id, m.name FROM event e JOIN campaign m ON m.id = e.campaign_id WHERE e.id = ANY($1::bigint[])",
    "livestream": """SELECT l.id, m.name FROM livestream l JOIN campaign m ON m.id = l.campaign_id
        WHERE l.id = ANY($1::bigint[])""",
    "list": "SELECT id, name FROM audience_list WHERE id = ANY($1::bigint[])",
}
_SEGMENTS = """
SELECT segment_id || '.' || v.version AS id, s.name || ' 第 ' || v.version || ' 版' AS name
FROM segment_version v JOIN segment s ON s.id = v.segment_id
WHERE segment_id || '.' || v.version = ANY($1::text[])
"""


async def describe(tree: Tree) -> str:
    """The tree in Chinese, segments with what they mean; an empty tree is everybody in the author's scope."""
    if not tree:
        return "权限范围内的全部客户"
    try:
        inner = await including.segments_of(tree)
    except Refused:
        inner = {}
    names = await _names([tree, *inner.values()])
    said: dict[str, str] = {}
    for reference in inner:
        _of_segment(reference, inner, names, said)
    names["segment"] |= said
    return _sentence(tree, names, outer=True)


def behaviour_label(kind: str) -> str:
    """What a kind of behaviour is called."""
    return "点击链接" if kind == "link.clicked" else timeline.label(kind)


def _of_segment(
    reference: str, inner: Mapping[str, Tree], names: dict[str, dict[Any, str]], said: dict[str, str]
) -> str:
    if reference not in said:
        tree = inner[reference]
        deeper = {one: _of_segment(one, inner, names, said) for one in conditions.references(tree) if one in inner}
        own = names | {"segment": names["segment"] | deeper}
        meaning = _sentence(tree, own, outer=True) if tree else "全部客户"
        said[reference] = f"{names['segment'].get(reference, reference)}：{meaning}"
    return said[reference]


async def _names(trees: list[Tree]) -> dict[str, dict[Any, str]]:
    leaves = [leaf for tree in trees for leaf in conditions.leaves(tree)]
    names: dict[str, dict[Any, str]] = {
        "tier": dict(await directory.tier_names()),
        "stage": dict(stages.NAMES),
        "gender": dict(GENDERS),
        "risk": dict(LEVELS),
        "segment": {},
    }
    for field, sql in (*_NAMES.items(), ("segment", _SEGMENTS)):
        wanted = [value for leaf in leaves if leaf["field"] == field for value in leaf["value"]]
        names[field] = {row["id"]: row["name"] for row in await database.fetch(sql, wanted)} if wanted else {}
    return names


def _sentence(tree: Tree, names: dict[str, dict[Any, str]], *, outer: bool = False) -> str:
    if "items" in tree:
        joint = "，且 " if tree["op"] == "and" else "，或 "
        joined = joint.join(_sentence(item, names) for item in tree["items"])
        return joined if outer or len(tree["items"]) == 1 else f"（{joined}）"
    field, value, said = tree["field"], tree.get("value"), SAYINGS[tree["field"], tree["op"]]
    if isinstance(value, dict):
        return said.format(days=value["days"], times=value["times"], kind=behaviour_label(value["kind"]))
    if field in ("balance", "deposit", "average", "change") and isinstance(value, list):
        return said.format(_band(*value))
    if isinstance(value, list):
        known = names.get(field, {})
        return said.format("“" + "、".join(known.get(item, str(item)) for item in value) + "”")
    return said.format(value)


def _band(least: int | None, below: int | None) -> str:
    if least is None:
        return f" {_wan(below or 0)} 以下"
    return f" {_wan(least)} 及以上" if below is None else f" {_wan(least)} 至 {_wan(below)} 之间"


def _wan(fen: int) -> str:
    yuan = fen / 100
    return f"{yuan / 10_000:g} 万元" if abs(yuan) >= 10_000 else f"{yuan:g} 元"
