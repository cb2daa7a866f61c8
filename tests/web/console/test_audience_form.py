"""The audience builder: any tree of two levels survives the form, and every question of the language can be asked."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.datastructures import FormData

from campaigns.audience import conditions
from kernel.errors import Refused
from web.console import audience_form
from web.console.audience_form import Builder, Group, Row

LEAVES: list[dict[str, Any]] = [
    {"field": "tier", "op": "in", "value": ["gold"]},
    {"field": "tag", "op": "has_not", "value": ["代发工资", "亲子家庭"]},
    {"field": "owner", "op": "in", "value": [3, 5]},
    {"field": "balance", "op": "between", "value": [5_000_000, 50_000_000]},
    {"field": "balance", "op": "between", "value": [None, 1_500_000]},
    {"field": "activity", "op": "older", "value": 90},
    {"field": "fan", "op": "is"},
]


def test_every_leaf_of_the_language_can_be_asked() -> None:
    asked = {tuple(code.split(".")) for code, _label in audience_form.QUESTIONS}
    assert asked == set(conditions.LEAVES)


@pytest.mark.parametrize(
    "tree",
    [
        {},
        {"op": "and", "items": LEAVES},
        {"op": "or", "items": [{"op": "and", "items": LEAVES[:2]}, {"op": "or", "items": LEAVES[2:]}]},
    ],
)
def test_a_tree_survives_the_form(tree: dict[str, Any]) -> None:
    assert audience_form.to_tree(audience_form.read(_posted(audience_form.of_tree(tree)))) == tree


def test_a_deeper_tree_is_kept_as_it_is() -> None:
    deep = {"op": "and", "items": [{"op": "or", "items": [{"op": "and", "items": LEAVES[:1]}]}]}
    builder = audience_form.of_tree(deep)
    assert builder.kept == deep
    assert audience_form.to_tree(audience_form.read(_posted(builder))) == deep


@pytest.mark.parametrize(
    "row",
    [
        Row("tier.in"),
        Row("owner.in", ["x"]),
        Row("balance.between", least="许多"),
        Row("balance.between"),
        Row("balance.between", least="NaN"),
        Row("balance.between", least="Infinity"),
        Row("activity.within", days="-1"),
        Row("nothing.at_all"),
        Row("constructor"),
    ],
)
def test_an_incomplete_or_foreign_row_is_refused_in_words(row: Row) -> None:
    with pytest.raises(Refused):
        audience_form.to_tree(Builder(groups=[Group(rows=[row])]))


@pytest.mark.parametrize(
    "kept", ["{", "[]", '{"op": "and"}', '"x"', '{"field": "tier", "op": "in", "value": "x"}', "3"]
)
def test_a_forged_kept_tree_is_refused_in_words(kept: str) -> None:
    with pytest.raises(Refused):
        audience_form.to_tree(audience_form.read(FormData([("a.kept", kept)])))


@pytest.mark.parametrize(
    "act", ["", "add", "add.9", "add.x", "drop.0", "drop.0.9", "drop.9.9", "group.1.2", "nonsense"]
)
def test_an_unknown_act_changes_nothing_it_should_not(act: str) -> None:
    builder = Builder(groups=[Group(rows=[Row("fan.is")])])
    audience_form.change(builder, act)
    assert builder.groups[0].rows == [Row("fan.is")]


def _posted(builder: Builder) -> FormData:
    fields: list[tuple[str, str]] = [("a.joint", builder.joint), ("a.kept", builder.kept_text)]
    for g, group in enumerate(builder.groups):
        fields.append((f"a.{g}.joint", group.joint))
        for r, row in enumerate(group.rows):
            fields += [(f"a.{g}.{r}.what", row.what), (f"a.{g}.{r}.least", row.least), (f"a.{g}.{r}.below", row.below)]
            fields += [(f"a.{g}.{r}.days", row.days), *((f"a.{g}.{r}.value", value) for value in row.values)]
    return FormData(fields)
