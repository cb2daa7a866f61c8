"""The part of the campaign editor about goal, guard-rails and repeating: plain fields."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from campaigns.planning import goals, recurring
from campaigns.planning.drafting import Draft
from web.language import gettext as _

PLAIN = ("goal", "repeat.every", "repeat.until", "repeat.days", "repeat.dates", "repeat.holidays")
GUARD = "guard."
PERCENT = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?\Z")


def of(draft: Draft) -> dict[str, str]:
    """The values of what is saved, by the names of the fields."""
    rule = draft.repeats
    return {
        "goal": f"{draft.goal}:{draft.goal_days}",
        "repeat.every": str(rule.get("every", "")),
        "repeat.until": str(rule.get("until", "")),
        "repeat.days": str(rule.get("days", "")),
        "repeat.dates": "\n".join(rule.get("dates", ())),
        "repeat.holidays": str(rule.get("holidays", "skip")),
        **{
            f"{GUARD}{code}": f"{draft.guardrails[code]:g}" if code in draft.guardrails else "" for code in goals.GUARDS
        },
    }


def names(form: FormData) -> list[str]:
    """The names of these fields in a form that was sent; a form without them changes nothing of theirs."""
    return [name for name in (*PLAIN, *(f"{GUARD}{code}" for code in goals.GUARDS)) if name in form]


def goal_of(values: Mapping[str, str]) -> tuple[str, int]:
    """The goal as typed, or the plain one."""
    code, _colon, days = values.get("goal", "").partition(":")
    is_known = code in goals.GOALS and days.isdigit() and int(days) in goals.GOALS[code].days
    return (code, int(days)) if is_known else goals.PLAIN


def read(values: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """What was meant, by the names of a draft's fields; a sentence for each field that can't be."""
    if "goal" not in values:
        return {}
    goal, days = goal_of(values)
    return {"goal": goal, "goal_days": days, "guardrails": _limits(values, errors), "repeats": _rule(values, errors)}


def words() -> dict[str, Any]:
    """What these fields can be."""
    return {
        "goal_options": [
            (f"{one.code}:{days}", _("%(n)s 天%(goal)s") % {"n": days, "goal": _(one.label)})
            for one in goals.GOALS.values()
            for days in one.days
        ],
        "guards": list(goals.GUARDS.values()),
        "repeat_options": [(code, _(label)) for code, label in recurring.EVERY.items()],
        "holiday_options": [(code, _(label)) for code, label in recurring.ON_HOLIDAY.items()],
        "may_repeat": recurring.KINDS,
    }


def _limits(values: Mapping[str, str], errors: dict[str, str]) -> dict[str, float]:
    found = {}
    for code in goals.GUARDS:
        typed = values.get(f"{GUARD}{code}", "").strip()
        if typed and not (PERCENT.match(typed) and 0 < float(typed) <= goals.MOST_PERCENT):
            errors[f"{GUARD}{code}"] = _("请填 0 到 %(n)s 之间的百分比") % {"n": f"{goals.MOST_PERCENT:g}"}
        elif typed:
            found[code] = float(typed)
    return found


def _rule(values: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    every = values.get("repeat.every", "")
    if every not in recurring.EVERY:
        return {}
    made: dict[str, Any] = {"every": every, "holidays": values.get("repeat.holidays") or "skip"}
    if every != "before":
        return made | {"until": values.get("repeat.until", "").strip()}
    days = values.get("repeat.days", "").strip()
    if not (days.isdigit() and days.isascii() and len(days) < 4):
        errors["repeat.days"] = _("提前天数请填整数")
        return {}
    return made | {"days": int(days), "dates": re.split(r"[\s,，、;；]+", values.get("repeat.dates", "").strip())}
