"""The audience builder: rows of a form to a tree of conditions and back, in the two levels that people can read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from starlette.datastructures import FormData

from campaigns.audience import conditions
from campaigns.audience.conditions import Tree
from campaigns.audience.leaves import LEAVES
from kernel import numbers
from kernel.errors import Refused
from web.console.audience_questions import QUESTION_GROUPS as QUESTION_GROUPS
from web.console.audience_questions import QUESTIONS as QUESTIONS
from web.console.audience_questions import choices as choices

FEN_PER_WAN = 1_000_000
JOINTS = {"and": "全部满足", "or": "满足任一"}
WHOLE_NUMBERS = ("owner", "branch", "group", "risk", "campaign", "event", "livestream", "list")
MOST_GROUPS = 8
MOST_WAN = 10**10


@dataclass
class Row:
    """One condition as typed: `what` is "field.operator"; the rest depends on it."""

    what: str = ""
    values: list[str] = field(default_factory=list)
    least: str = ""
    below: str = ""
    days: str = ""
    times: str = ""

    @property
    def name(self) -> str:
        """The field that is asked about."""
        return self.what.partition(".")[0]

    @property
    def shape(self) -> str:
        """How its value is typed: choices, band, days, behaviour or nothing; empty for no question of ours."""
        leaf = LEAVES.get((self.name, self.what.partition(".")[2]))
        return leaf.shape if leaf else ""


@dataclass
class Group:
    """Rows that hold together."""

    joint: str = "and"
    rows: list[Row] = field(default_factory=list)


@dataclass
class Builder:
    """The whole form; `kept` is a tree that is deeper than two levels, shown as a sentence and left as it is."""

    joint: str = "and"
    groups: list[Group] = field(default_factory=list)
    kept: Tree = field(default_factory=dict)

    @property
    def kept_text(self) -> str:
        """The kept tree for a hidden field."""
        return json.dumps(self.kept, ensure_ascii=False) if self.kept else ""


def of_tree(tree: Tree) -> Builder:
    """The builder that shows a tree."""
    if not tree:
        return Builder()
    items = tree.get("items", [tree])
    if all("items" not in item for item in items):
        return Builder(groups=[_group(tree)])
    if any("items" in leaf for item in items for leaf in item.get("items", [])):
        return Builder(kept=tree)
    return Builder(tree["op"], [_group(item) for item in items])


def read(form: FormData) -> Builder:
    """What was typed."""
    made = Builder(_joint(form, "a.joint"))
    if kept := str(form.get("a.kept", "")):
        made.kept = _kept(kept)
        return made
    for number in range(MOST_GROUPS):
        if f"a.{number}.joint" not in form:
            break
        made.groups.append(Group(_joint(form, f"a.{number}.joint"), _rows(form, number)))
    return made


def change(builder: Builder, act: str) -> None:
    """Add or drop a row or a group: add.G, drop.G.R, group, clear; anything else changes nothing."""
    verb, *numbers = act.split(".")
    places = [int(number) for number in numbers if number.isdigit() and number.isascii() and len(number) < 4]
    if verb == "clear":
        builder.kept, builder.groups = {}, []
    elif verb == "group" and len(builder.groups) < MOST_GROUPS:
        builder.groups.append(Group(rows=[Row()]))
    elif verb == "add" and len(places) == 1 and places[0] < len(builder.groups):
        builder.groups[places[0]].rows.append(Row())
    elif verb == "drop" and len(places) == 2 and places[0] < len(builder.groups):
        rows = builder.groups[places[0]].rows
        if places[1] < len(rows):
            del rows[places[1]]
        if not rows:
            del builder.groups[places[0]]


def to_tree(builder: Builder) -> Tree:
    """The tree that was meant; rows without a question count as not there. Refused: a row that isn't complete."""
    if builder.kept:
        conditions.check(builder.kept)
        return builder.kept
    parts = [(group, [_leaf(row) for row in group.rows if row.what]) for group in builder.groups]
    trees: list[Tree] = [{"op": group.joint, "items": leaves} for group, leaves in parts if leaves]
    if not trees:
        return {}
    tree = trees[0] if len(trees) == 1 else {"op": builder.joint, "items": trees}
    conditions.check(tree)
    return tree


def _kept(text: str) -> Tree:
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError):
        tree = None
    # what isn't a tree must not pass for the empty one, which means everybody
    return tree if isinstance(tree, dict) and tree else {"op": "malformed"}


def _group(tree: Tree) -> Group:
    return Group(tree["op"], [_row(leaf) for leaf in tree["items"]]) if "items" in tree else Group(rows=[_row(tree)])


def _row(leaf: Tree) -> Row:
    row, value = Row(f"{leaf['field']}.{leaf['op']}"), leaf.get("value")
    if row.shape == "band" and isinstance(value, list):
        row.least, row.below = (_wan(end) for end in value)
    elif row.shape == "days":
        row.days = str(value)
    elif isinstance(value, dict):
        row.values, row.days, row.times = [str(value["kind"])], str(value["days"]), str(value["times"])
    elif isinstance(value, list):
        row.values = [str(item) for item in value]
    return row


def _rows(form: FormData, group: int) -> list[Row]:
    rows = []
    for number in range(conditions.MAX_LEAVES):
        prefix = f"a.{group}.{number}"
        if f"{prefix}.what" not in form:
            break
        picked = [str(value) for value in form.getlist(f"{prefix}.value") if value]
        typed = (str(form.get(f"{prefix}.{name}", "")).strip() for name in ("least", "below", "days", "times"))
        rows.append(Row(str(form[f"{prefix}.what"]), picked, *typed))
    return rows


def _joint(form: FormData, name: str) -> str:
    return "or" if form.get(name) == "or" else "and"


def _leaf(row: Row) -> Tree:
    name, _, operator = row.what.partition(".")
    leaf: Tree = {"field": name, "op": operator}
    value: Any = row.values
    if row.shape == "nothing":
        return leaf
    if row.shape == "band":
        value = [_fen(row.least), _fen(row.below)]
    elif row.shape == "days":
        value = _whole(row.days)
    elif row.shape == "behaviour":
        kind = row.values[0] if row.values else ""
        value = {"kind": kind, "days": _whole(row.days), "times": _whole(row.times or "1")}
    elif name in WHOLE_NUMBERS:
        value = [number for item in row.values if (number := numbers.row_id(item)) is not None]
    return leaf | {"value": value}


def _whole(typed: str) -> int:
    return int(typed) if typed.isdigit() and typed.isascii() and len(typed) < 6 else 0


def _fen(typed: str) -> int | None:
    if not typed:
        return None
    try:
        amount = Decimal(typed.replace(",", "").replace("，", ""))
        # compared first: 1e999999999 as a whole number would fill the memory
        if amount.is_finite() and -MOST_WAN < amount < MOST_WAN:
            return int(amount * FEN_PER_WAN)
    except InvalidOperation:
        pass
    raise Refused("资产的上下限请填数字，单位是万元", code="conditions.invalid")


def _wan(fen: int | None) -> str:
    return "" if fen is None else f"{(Decimal(fen) / FEN_PER_WAN).normalize():f}"
