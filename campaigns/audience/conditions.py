"""The language of segments: a JSON tree of and/or over facts about a client, compiled to SQL with arguments.

A tree is {"op": "and"|"or", "items": [tree, ...]} or a leaf {"field", "op", "value"}; {} means everybody. What leaves
can ask is listed in campaigns.audience.leaves. No text of a person ever becomes SQL: the pieces are ours, values travel
as arguments.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from campaigns.audience import readers
from campaigns.audience.leaves import LEAVES

Tree = dict[str, Any]
Segments = Mapping[str, Tree]
"""The conditions of segments that a tree names, by reference ("12.3"); see campaigns.audience.including."""
MAX_LEAVES = 40
MAX_DEPTH = 4
_NONE: Segments = {}
_ANY_MOMENT = datetime(2020, 1, 1, tzinfo=UTC)


class Compiled(NamedTuple):
    """A condition over the client table's alias `c`, and its arguments in order."""

    sql: str
    arguments: list[Any]


def compile_tree(tree: Tree, *, now: datetime, first: int = 1, segments: Segments = _NONE) -> Compiled:
    """The condition of a tree; its first argument is $`first`. Refused: the tree is not well formed.

    now: the moment from which days are counted. segments: what including.segments_of(tree) found.
    """
    if not tree:
        return Compiled("TRUE", [])
    check(tree)
    arguments: list[Any] = []
    return Compiled(_Compiling(now, first, segments, arguments).tree(tree), arguments)


def check(tree: Tree) -> None:
    """Refused with the reason when the tree is not well formed."""
    if not tree:
        return
    if _count(tree, 1) > MAX_LEAVES:
        raise readers.bad(f"条件最多 {MAX_LEAVES} 条")


def leaves(tree: Tree) -> list[Tree]:
    """All leaves from left to right."""
    if "items" in tree:
        return [leaf for item in tree["items"] for leaf in leaves(item)]
    return [tree] if tree else []


def references(tree: Tree) -> list[str]:
    """The segments that a tree names itself, each once."""
    named = [leaf["value"] for leaf in leaves(tree) if leaf.get("field") == "segment"]
    return list(dict.fromkeys(one for value in named for one in value))


class _Compiling(NamedTuple):
    """What one compilation carries along."""

    now: datetime
    first: int
    segments: Segments
    arguments: list[Any]

    def tree(self, tree: Tree) -> str:
        if not tree:
            return "TRUE"
        if "items" in tree:
            joint = " AND " if tree["op"] == "and" else " OR "
            return "(" + joint.join(self.tree(item) for item in tree["items"]) + ")"
        leaf = LEAVES[tree["field"], tree["op"]]
        if tree["field"] == "segment":
            return leaf.sql.format(inner=" OR ".join(self._segment(one) for one in tree["value"]))
        values = leaf.read(tree.get("value"), self.now)
        names = [f"${self.first + len(self.arguments) + index}" for index in range(len(values))]
        self.arguments.extend(values)
        return leaf.sql.format(*names)

    def _segment(self, reference: str) -> str:
        if reference not in self.segments:
            raise readers.bad("有一个分群已不存在，请重新选择")
        return self.tree(self.segments[reference])


def _count(tree: Any, depth: int) -> int:
    if not isinstance(tree, dict):
        raise readers.bad("条件的格式不对")
    if depth > MAX_DEPTH:
        raise readers.bad(f"条件最多嵌套 {MAX_DEPTH} 层")
    if "items" in tree:
        items = tree["items"]
        if tree.get("op") not in ("and", "or") or not isinstance(items, list):
            raise readers.bad("条件组要么“全部满足”，要么“满足任一”")
        if not items:
            raise readers.bad("有一个条件组是空的，请添加条件或删去它")
        return sum(_count(item, depth + 1) for item in items)
    key = (str(tree.get("field")), str(tree.get("op")))
    if key not in LEAVES:
        raise readers.bad("有一个条件不认识，请重新选择")
    # the moment doesn't matter for reading: it only shifts days
    LEAVES[key].read(tree.get("value"), _ANY_MOMENT)
    return 1
