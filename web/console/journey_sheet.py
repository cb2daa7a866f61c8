"""What stands in the journey editor: a form over the draft, taken over field by field, and its small buttons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from campaigns.audience.models import Segment
from campaigns.content import findings
from campaigns.journeys import checking, dates, definition, events
from campaigns.journeys.definition import Definition
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.face import whole
from kernel import numbers
from kernel.errors import Refused

KEEP = "keep"
NOBODY_ASKED = ""


async def typed(form: FormData, draft: Definition) -> tuple[str, Definition]:
    """Name and rules as typed over the draft; what was not on the page stays."""
    rules = definition.copied(draft)
    plain = {key: str(value) for key, value in form.items() if isinstance(value, str)}
    _trigger(rules, plain)
    rules["conditions"] = await _conditions(plain.get("segment", KEEP), rules["conditions"])
    if plain.get("reentry") in checking.REENTRY:
        rules["reentry"] = plain["reentry"]
    for name in ("reentry_days", "fresh_hours", "staff_per_day"):
        rules[name] = whole(plain, name, rules[name])
    rules["exits"] = [kind for kind in form.getlist("exits") if kind in events.CHOICES]
    rules["products"] = [str(code) for code in form.getlist("products")]
    goal = plain.get("goal.event", "")
    rules["goal"] = {
        "event": goal if goal in events.CHOICES else "",
        "days": whole(plain, "goal.days", rules["goal"]["days"]),
        "ends": bool(plain.get("goal.ends")),
    }
    for placed in definition.steps_of(rules):
        await _step(placed.step, plain)
    return plain.get("name", ""), rules


async def change(rules: Definition, act: str) -> str:
    """One press on a small button of the form; returns the code of the step to look at next. Refused: no such place.

    add.KIND.PLACE, remove.CODE, up.CODE, down.CODE, fix.CODE.NUMBER.
    """
    verb, _, rest = act.partition(".")
    if verb == "add":
        kind, _, place = rest.partition(".")
        return _add(rules, kind, place)
    code, _, number = rest.partition(".")
    if verb == "remove":
        definition.remove(rules, code)
        return NOBODY_ASKED
    if verb in ("up", "down"):
        definition.move(rules, code, -1 if verb == "up" else 1)
    elif verb == "fix":
        await _mend(rules, code, numbers.row_id(number) or 0)
    return code


def _add(rules: Definition, kind: str, place: str) -> str:
    if kind not in registry.KINDS:
        raise Refused("没有这种步骤", code="journey.kind_unknown")
    face, code = registry.of(kind), definition.new_code(rules)
    step: dict[str, Any] = {"code": code, "kind": kind, "params": face.new()}
    shares = step["params"].get("shares", {})
    if face.ways:
        step["ways"] = [
            {"way": way, "label": label, "share": shares.get(way, 0), "steps": []} for way, label in face.ways
        ]
    definition.insert(rules, step, place)
    return code


async def _mend(rules: Definition, code: str, number: int) -> None:
    step = definition.find(rules, code).step
    if step["kind"] != "send":
        return
    # in the order in which the editor shows them
    found = checking.of_step(step, await checking.classes_of(rules))
    if 0 < number <= len(found):
        step["params"]["text"] = findings.mend(step["params"]["text"], found[number - 1])


def _trigger(rules: Definition, plain: Mapping[str, str]) -> None:
    kind = plain.get("trigger.kind", rules["trigger"]["kind"])
    trigger = dict(rules["trigger"]) | {"kind": kind if kind in checking.TRIGGERS else "event"}
    if plain.get("trigger.event") in events.CHOICES:
        trigger["event"] = plain["trigger.event"]
    fact = plain.get("trigger.fact", "")
    if fact in dates.LABELS or fact == "day":
        trigger["fact"] = fact
    for name in ("at", "on"):
        if f"trigger.{name}" in plain:
            trigger[name] = plain[f"trigger.{name}"].strip()
    if "trigger.days_before" in plain:
        days = whole(plain, "trigger.days_before", 0)
        trigger["days_before"] = -days if plain.get("trigger.side") == "after" else days
    rules["trigger"] = {name: value for name, value in trigger.items() if name in _NEEDED[trigger["kind"]]}
    rules["trigger"] = _DEFAULTS[trigger["kind"]] | rules["trigger"]


_NEEDED = {
    "event": ("kind", "event"),
    "segment": ("kind", "at"),
    "date": ("kind", "fact", "days_before", "at", "on"),
}
_DEFAULTS: dict[str, dict[str, Any]] = {
    "event": {"event": ""},
    "segment": {"at": "09:30"},
    "date": {"fact": "document", "days_before": 30, "at": "09:30", "on": ""},
}


async def _step(step: definition.Step, plain: Mapping[str, str]) -> None:
    head = f"{step['code']}."
    own = {key.removeprefix(head): value for key, value in plain.items() if key.startswith(head)}
    if not own:
        # added a moment ago: it was not on the page
        return
    registry.of(step["kind"]).read(step["params"], own, step)
    if step["kind"] == "branch":
        step["params"]["conditions"] = await _conditions(own.get("segment", KEEP), step["params"]["conditions"])


async def _conditions(chosen: str, kept: dict[str, Any]) -> dict[str, Any]:
    """The conditions of a saved segment as they are now: a later change of the segment is nobody's approval."""
    if chosen in (KEEP, NOBODY_ASKED):
        return kept if chosen == KEEP else {}
    number = numbers.row_id(chosen)
    found = await Segment.get_or_none(id=number, retired_at=None) if number else None
    if found is None:
        raise Refused("没有这个分群，请重新选择", code="journey.segment_unknown")
    return dict(found.conditions)
