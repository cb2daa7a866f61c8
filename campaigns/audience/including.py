"""Segments inside conditions: each stands for what it meant in the version named, however often it is changed later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from campaigns.audience import conditions, readers
from campaigns.audience.conditions import Tree
from campaigns.audience.models import SegmentVersion

MOST_LEAVES = 400
"""Of a tree with everything that it names written out."""
MOST_SEGMENTS = 60


async def segments_of(tree: Tree) -> dict[str, Tree]:
    """The conditions of all segments that a tree names, also through one another. Refused: too many, or one is gone.

    A version can name only older ones, so that none contains itself.
    """
    found: dict[str, Tree] = {}
    asked = conditions.references(tree)
    while asked:
        found |= await _load(asked)
        if len(found) > MOST_SEGMENTS:
            raise readers.bad("引用的分群太多，请合并其中一些")
        asked = [one for inner in found.values() for one in conditions.references(inner) if one not in found]
    if found and _size(tree, found, {}) > MOST_LEAVES:
        raise readers.bad(f"连同引用的分群，条件最多 {MOST_LEAVES} 条")
    return found


async def check(tree: Tree) -> None:
    """Refused with the reason: not well formed, or a segment that isn't there."""
    conditions.check(tree)
    await segments_of(tree)


async def all_leaves(tree: Tree) -> list[Tree]:
    """The leaves of a tree and of all segments that it names."""
    inner = await segments_of(tree)
    return [leaf for one in (tree, *inner.values()) for leaf in conditions.leaves(one)]


async def _load(references: Iterable[str]) -> dict[str, Tree]:
    wanted = {one: tuple(int(number) for number in one.split(".")) for one in dict.fromkeys(references)}
    rows = await SegmentVersion.filter(segment_id__in=[segment for segment, _ in wanted.values()])
    known = {(row.segment_id, row.version): row.conditions for row in rows}
    missing = [one for one, place in wanted.items() if place not in known]
    if missing:
        raise readers.bad("有一个分群已不存在，请重新选择")
    return {one: known[segment, version] for one, (segment, version) in wanted.items()}


def _size(tree: Tree, segments: Mapping[str, Tree], known: dict[str, int]) -> int:
    size = 0
    for leaf in conditions.leaves(tree):
        size += 1
        for one in leaf["value"] if leaf["field"] == "segment" else ():
            if one not in known:
                known[one] = _size(segments[one], segments, known)
            size += known[one]
    return size
