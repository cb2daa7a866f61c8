"""The language of segments: what it refuses, and that its SQL says the same as a reading of the tree in Python."""

from __future__ import annotations

import random
from typing import Any

import pytest

from campaigns.audience import conditions, leaves
from kernel import database
from kernel.errors import Refused
from tests.campaigns.audience import populating, reference, trees
from tests.campaigns.audience.reference import NOW, Person, World

FIND = "SELECT c.id FROM client c WHERE {condition}{pads}"


async def _differences(people: list[Person], world: World, number: int, seed: int) -> list[dict[str, Any]]:
    """Trees for which the two disagree: each leaf once by itself, then random trees, some naming earlier ones."""
    chance = random.Random(seed)
    segments: dict[str, dict[str, Any]] = {}
    world.segments = segments
    wrong = []
    for place in range(number):
        question = trees.QUESTIONS[place] if place < len(trees.QUESTIONS) else None
        tree = trees.leaf(chance, list(segments), question) if question else trees.tree(chance, list(segments))
        first = chance.randint(1, 4)
        compiled = conditions.compile_tree(tree, now=NOW, first=first, segments=segments)
        pads = "".join(f" AND ${one}::int IS NOT NULL" for one in range(1, first))
        sql = FIND.format(condition=compiled.sql, pads=pads)
        found = {row["id"] for row in await database.fetch(sql, *range(first - 1), *compiled.arguments)}
        if found != {one.id for one in people if reference.holds(tree, one, world)}:
            wrong.append(tree)
        if place % 7 == 0 and len(segments) < 6:
            segments[f"{len(segments) + 1}.1"] = tree
    return wrong


async def test_the_sql_of_a_tree_finds_whom_a_reading_in_python_finds(db: None) -> None:
    people, world = await populating.populate(40, seed=7)
    assert await _differences(people, world, 220, seed=1) == []


@pytest.mark.prove
@pytest.mark.long
@pytest.mark.parametrize("seed", range(5))
async def test_thousands_of_random_trees_over_random_populations_never_differ(db: None, seed: int) -> None:
    people, world = await populating.populate(150, seed=100 + seed)
    assert await _differences(people, world, 1_000, seed=seed) == []


def test_the_reference_knows_every_leaf() -> None:
    assert {field for field, _ in leaves.LEAVES} == set(reference._ASKED)


@pytest.mark.parametrize(
    ("tree", "message"),
    [
        ({"field": "phone", "op": "is", "value": "1"}, "不认识"),
        ({"field": "tier", "op": "in", "value": []}, "至少选择一项"),
        ({"field": "tier", "op": "in", "value": "gold"}, "至少选择一项"),
        ({"field": "owner", "op": "in", "value": ["1; DROP TABLE client"]}, "至少选择一项"),
        ({"field": "owner", "op": "in", "value": [True]}, "至少选择一项"),
        ({"field": "balance", "op": "between", "value": [5, 5]}, "小于上限"),
        ({"field": "balance", "op": "between", "value": [None, None]}, "下限或上限"),
        ({"field": "activity", "op": "within", "value": 0}, "天数"),
        ({"field": "behaviour", "op": "did", "value": {"kind": "link.clicked", "days": 3}}, "行为"),
        ({"field": "behaviour", "op": "did", "value": {"kind": "x", "days": 3, "times": 0}}, "次数"),
        ({"field": "risk", "op": "in", "value": [6]}, "至少选择一项"),
        ({"field": "segment", "op": "in", "value": ["1"]}, "分群"),
        ({"field": "segment", "op": "in", "value": ["7.1"]}, "已不存在"),
        ({"op": "and", "items": []}, "空的"),
        ({"op": "xor", "items": [{"field": "fan", "op": "is"}]}, "全部满足"),
        ({"op": "and", "items": ["x"]}, "格式"),
        ({"op": "and", "items": [{"field": "fan", "op": "is"}] * 41}, "最多 40 条"),
        (
            {"op": "and", "items": [{"op": "or", "items": [{"op": "or", "items": [{"op": "or", "items": [{}]}]}]}]},
            "嵌套",
        ),
    ],
)
def test_what_is_not_in_the_language_is_refused_in_words(tree: dict[str, Any], message: str) -> None:
    with pytest.raises(Refused, match=message):
        conditions.compile_tree(tree, now=NOW)


def test_a_value_never_becomes_sql() -> None:
    evil = "'; DROP TABLE client; --"
    compiled = conditions.compile_tree({"field": "tag", "op": "has", "value": [evil]}, now=NOW)
    assert evil not in compiled.sql
    assert compiled.arguments == [[evil]]
