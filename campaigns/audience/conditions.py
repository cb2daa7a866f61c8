"""The language of segments: a JSON tree of and/or over a few facts about a client, compiled to SQL with arguments.

A tree is {"op": "and"|"or", "items": [tree, ...]} or a leaf {"field", "op", "value"}; {} means everybody. No text of a
person ever becomes SQL: the pieces below are ours, values travel as arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from kernel.errors import Refused

Tree = dict[str, Any]
MAX_LEAVES = 40
MAX_DEPTH = 4


class Compiled(NamedTuple):
    """A condition over the client table's alias `c`, and its arguments in order."""

    sql: str
    arguments: list[Any]


class _Leaf(NamedTuple):
    """One field with one operator: the SQL ({0} is the first argument, {1} the second) and how its value is read."""

    sql: str
    read: Callable[[Any, datetime], list[Any]]


_BALANCE = """COALESCE((SELECT day.total_fen FROM client_day day WHERE day.client_id = c.id
    ORDER BY day.day DESC LIMIT 1), 0)"""
_IN_TIERS = "EXISTS (SELECT FROM standing WHERE standing.client_id = c.id AND standing.tier = ANY({0}::text[]))"
_HAS_TAG = """EXISTS (SELECT FROM client_tag JOIN tag ON tag.id = client_tag.tag_id
    WHERE client_tag.client_id = c.id AND tag.name = ANY({0}::text[]))"""
_IN_GROUP = """EXISTS (SELECT FROM membership WHERE membership.client_id = c.id AND membership.left_at IS NULL
    AND membership.group_id = ANY({0}::bigint[]))"""
_IS_FAN = "EXISTS (SELECT FROM fan WHERE fan.client_id = c.id AND fan.subscribed)"
_IS_CONTACT = "EXISTS (SELECT FROM contact WHERE contact.client_id = c.id AND contact.ended_at IS NULL)"


def compile_tree(tree: Tree, *, now: datetime, first: int = 1) -> Compiled:
    """The condition of a tree; its first argument is $`first`. Refused: the tree is not well formed.

    now: the moment from which days of activity are counted back.
    """
    if not tree:
        return Compiled("TRUE", [])
    check(tree)
    arguments: list[Any] = []
    return Compiled(_compile(tree, now, first, arguments), arguments)


def check(tree: Tree) -> None:
    """Refused with the reason when the tree is not well formed."""
    if not tree:
        return
    if _count(tree, 1) > MAX_LEAVES:
        raise _bad(f"条件最多 {MAX_LEAVES} 条")


def leaves(tree: Tree) -> list[Tree]:
    """All leaves from left to right."""
    if "items" in tree:
        return [leaf for item in tree["items"] for leaf in leaves(item)]
    return [tree] if tree else []


def _compile(tree: Tree, now: datetime, first: int, arguments: list[Any]) -> str:
    if "items" in tree:
        joint = " AND " if tree["op"] == "and" else " OR "
        return "(" + joint.join(_compile(item, now, first, arguments) for item in tree["items"]) + ")"
    leaf = LEAVES[tree["field"], tree["op"]]
    values = leaf.read(tree.get("value"), now)
    names = [f"${first + len(arguments) + index}" for index in range(len(values))]
    arguments.extend(values)
    return leaf.sql.format(*names)


def _count(tree: Any, depth: int) -> int:
    if not isinstance(tree, dict):
        raise _bad("条件的格式不对")
    if depth > MAX_DEPTH:
        raise _bad(f"条件最多嵌套 {MAX_DEPTH} 层")
    if "items" in tree:
        items = tree["items"]
        if tree.get("op") not in ("and", "or") or not isinstance(items, list):
            raise _bad("条件组要么“全部满足”，要么“满足任一”")
        if not items:
            raise _bad("有一个条件组是空的，请添加条件或删去它")
        return sum(_count(item, depth + 1) for item in items)
    key = (str(tree.get("field")), str(tree.get("op")))
    if key not in LEAVES:
        raise _bad("有一个条件不认识，请重新选择")
    # the moment doesn't matter for reading: it only shifts days
    LEAVES[key].read(tree.get("value"), _ANY_MOMENT)
    return 1


def _texts(value: Any, _now: datetime) -> list[Any]:
    if not isinstance(value, list) or not value or not all(_is_text(item) for item in value):
        raise _bad("请至少选择一项")
    return [value]


def _numbers(value: Any, _now: datetime) -> list[Any]:
    if not isinstance(value, list) or not value or not all(_is_whole(item) and 0 < item < 2**63 for item in value):
        raise _bad("请至少选择一项")
    return [value]


def _band(value: Any, _now: datetime) -> list[Any]:
    """[least, below] in fen, either may be None but not both."""
    if not isinstance(value, list) or len(value) != 2 or value == [None, None]:
        raise _bad("请填写资产的下限或上限")
    if not all(end is None or (_is_whole(end) and abs(end) < 10**17) for end in value):
        raise _bad("资产的上下限必须是金额")
    if None not in value and value[0] >= value[1]:
        raise _bad("资产的下限必须小于上限")
    return list(value)


def _days_back(value: Any, now: datetime) -> list[Any]:
    if not _is_whole(value) or not 1 <= value <= 3650:
        raise _bad("天数须在 1 到 3650 之间")
    return [now - timedelta(days=value)]


def _nothing(_value: Any, _now: datetime) -> list[Any]:
    return []


def _is_text(value: Any) -> bool:
    # neither NUL nor half a surrogate pair can be stored or compared
    return isinstance(value, str) and bool(value) and value.isprintable()


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _bad(message: str) -> Refused:
    return Refused(message, code="conditions.invalid")


# a unit stands for all under it, too
_IN_UNITS = """COALESCE(c.branch_id = ANY(ARRAY(
SELECT unit.id FROM branch unit JOIN branch top ON starts_with(unit.path, top.path) WHERE top.id = ANY({0}::bigint[])
)), FALSE)"""
_ANY_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)

LEAVES: dict[tuple[str, str], _Leaf] = {
    ("tier", "in"): _Leaf(_IN_TIERS, _texts),
    ("tier", "not_in"): _Leaf(f"NOT {_IN_TIERS}", _texts),
    ("tag", "has"): _Leaf(_HAS_TAG, _texts),
    ("tag", "has_not"): _Leaf(f"NOT {_HAS_TAG}", _texts),
    ("owner", "in"): _Leaf("COALESCE(c.owner_id = ANY({0}::bigint[]), FALSE)", _numbers),
    ("branch", "in"): _Leaf(_IN_UNITS, _numbers),
    ("balance", "between"): _Leaf(
        f"({_BALANCE} >= COALESCE({{0}}::bigint, -9223372036854775808)"
        f" AND {_BALANCE} < COALESCE({{1}}::bigint, 9223372036854775807))",
        _band,
    ),
    ("activity", "within"): _Leaf("COALESCE(c.last_activity_at >= {0}::timestamptz, FALSE)", _days_back),
    ("activity", "older"): _Leaf("COALESCE(c.last_activity_at < {0}::timestamptz, TRUE)", _days_back),
    ("group", "in"): _Leaf(_IN_GROUP, _numbers),
    ("group", "not_in"): _Leaf(f"NOT {_IN_GROUP}", _numbers),
    ("fan", "is"): _Leaf(_IS_FAN, _nothing),
    ("fan", "is_not"): _Leaf(f"NOT {_IS_FAN}", _nothing),
    ("contact", "is"): _Leaf(_IS_CONTACT, _nothing),
    ("contact", "is_not"): _Leaf(f"NOT {_IS_CONTACT}", _nothing),
}
