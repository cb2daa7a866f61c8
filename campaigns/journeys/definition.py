"""The language of journeys: plain JSON with a trigger, rules and a list of steps, some of which branch; pure.

A step is {"code", "kind", "params", "ways"}; ways are [{"way", "label", "share", "steps"}] of steps that branch, and
what follows the step in its own list follows each way, too. A way "control" leads to the end at once: nothing is done
to whoever is drawn into it. Codes are unique in a journey, so every step is passed at most once.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from kernel.errors import Refused

Definition = dict[str, Any]
Step = dict[str, Any]
MOST_STEPS = 40
DEEPEST = 4
CONTROL = "control"
GIVING = ("points", "benefit")
END = ""


@dataclass(frozen=True)
class Node:
    """A step as the walk sees it: where it leads by way; a plain step has the one way ""."""

    code: str
    kind: str
    params: Mapping[str, Any]
    leads: Mapping[str, str]
    shares: Mapping[str, int] = field(default_factory=dict)


class Placed(NamedTuple):
    """A step with how deep it lies, the list that it is in, and the label of the way it lies on ("" on the trunk)."""

    step: Step
    depth: int
    siblings: list[Step]
    way: str = ""


def empty() -> Definition:
    """What a new journey starts from."""
    return {
        "trigger": {"kind": "event", "event": ""},
        "conditions": {},
        "reentry": "once",
        "reentry_days": 90,
        "fresh_hours": 24,
        "exits": ["consent.withdrawn"],
        "goal": {"event": "", "days": 30, "ends": True},
        "staff_per_day": 30,
        "products": [],
        "steps": [],
    }


def steps_of(definition: Definition) -> list[Placed]:
    """All steps from top to bottom, the inner ones right after their parent."""
    return list(_walk(definition.get("steps", []), 0, ""))


def gives(definition: Definition) -> bool:
    """Whether any path gives something of worth: points or a benefit."""
    return any(placed.step["kind"] in GIVING for placed in steps_of(definition))


def favours(definition: Definition) -> bool:
    """Whether something is done for clients besides messages: a gift, or a colleague's call that is no service."""
    return gives(definition) or any(
        placed.step["kind"] == "task" and not placed.step["params"].get("is_service") for placed in steps_of(definition)
    )


def find(definition: Definition, code: str) -> Placed:
    """One step. Refused: no such code."""
    for placed in steps_of(definition):
        if placed.step["code"] == code:
            return placed
    raise Refused("没有这一步，请刷新后重试", code="journey.step_unknown")


def nodes(definition: Definition) -> dict[str, Node]:
    """The steps by code with where each leads; END after the last one."""
    found: dict[str, Node] = {}
    _lay(definition.get("steps", []), END, found)
    return found


def first(definition: Definition) -> str:
    """The code of the first step; END for a journey without steps."""
    steps = definition.get("steps", [])
    return str(steps[0]["code"]) if steps else END


def new_code(definition: Definition) -> str:
    """A code that no step has, also none that was removed lately: one more than the largest."""
    used = [int(code[1:]) for code in (one.step["code"] for one in steps_of(definition)) if code[1:].isdigit()]
    return f"s{max([*used, int(definition.get('last_code', 0))], default=0) + 1}"


def insert(definition: Definition, step: Step, place: str) -> None:
    """Put a step in: place is "top", "after.CODE" or "in.CODE.WAY" (the top of that way). Refused: no such place."""
    verb, _, rest = place.partition(".")
    if len(steps_of(definition)) >= MOST_STEPS:
        raise Refused(f"一条旅程最多 {MOST_STEPS} 步", code="journey.too_many_steps")
    if verb == "top":
        definition.setdefault("steps", []).insert(0, step)
    elif verb == "after":
        siblings = find(definition, rest).siblings
        siblings.insert(_place(siblings, rest) + 1, step)
    elif verb == "in":
        code, _, way = rest.partition(".")
        _way(find(definition, code).step, way)["steps"].insert(0, step)
    else:
        raise Refused("没有这个位置，请刷新后重试", code="journey.place_unknown")
    definition["last_code"] = int(step["code"][1:])


def remove(definition: Definition, code: str) -> None:
    """Take a step out, with all that lies in its ways."""
    siblings = find(definition, code).siblings
    del siblings[_place(siblings, code)]


def move(definition: Definition, code: str, by: int) -> None:
    """Change places with the neighbour above (-1) or below (1); at the end of its list it stays."""
    siblings = find(definition, code).siblings
    here = _place(siblings, code)
    there = here + by
    if 0 <= there < len(siblings):
        siblings[here], siblings[there] = siblings[there], siblings[here]


def copied(definition: Definition) -> Definition:
    """A copy that shares nothing."""
    return copy.deepcopy(definition)


def check_shape(definition: Definition) -> None:
    """Refused: too many steps, too deep, a code twice."""
    placed = steps_of(definition)
    codes = [one.step["code"] for one in placed]
    if len(codes) > MOST_STEPS or len(set(codes)) != len(codes):
        raise Refused(f"一条旅程最多 {MOST_STEPS} 步", code="journey.too_many_steps")
    if any(one.depth >= DEEPEST for one in placed):
        raise Refused(f"分支最多嵌套 {DEEPEST} 层", code="journey.too_deep")


def renumber(definition: Definition) -> Definition:
    """Codes from top to bottom; for templates only, since what runs is known by its codes."""
    for number, placed in enumerate(steps_of(definition), start=1):
        placed.step["code"] = f"s{number}"
    return definition


def _walk(steps: list[Step], depth: int, label: str) -> Iterator[Placed]:
    for step in steps:
        yield Placed(step, depth, steps, label)
        for way in step.get("ways", []):
            yield from _walk(way["steps"], depth + 1, str(way["label"]))


def _lay(steps: list[Step], after: str, found: dict[str, Node]) -> None:
    for place, step in enumerate(steps):
        following = str(steps[place + 1]["code"]) if place + 1 < len(steps) else after
        leads, shares = {}, {}
        for way in step.get("ways", []):
            name = str(way["way"])
            # nothing may happen to whoever is the measure of what happens to the others
            inner = [] if name == CONTROL else way["steps"]
            leads[name] = END if name == CONTROL else (str(inner[0]["code"]) if inner else following)
            shares[name] = int(way.get("share", 0))
            _lay(inner, following, found)
        kind = str(step["kind"])
        plain = {"": END if kind == "leave" else following}
        found[step["code"]] = Node(str(step["code"]), kind, step.get("params", {}), leads or plain, shares)


def _place(siblings: list[Step], code: str) -> int:
    return next(place for place, step in enumerate(siblings) if step["code"] == code)


def _way(step: Step, name: str) -> dict[str, Any]:
    for way in step.get("ways", []):
        if way["way"] == name and name != CONTROL:
            return dict_of(way)
    raise Refused("没有这个分支，请刷新后重试", code="journey.way_unknown")


def dict_of(way: Any) -> dict[str, Any]:
    """The way itself, typed: its list of steps is changed in place."""
    assert isinstance(way, dict)
    return way
