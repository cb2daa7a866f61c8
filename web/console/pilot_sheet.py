"""The part of the campaign editor about the pilot: who hears first, and how long the others wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from campaigns.planning.drafting import Draft
from web.console import versions_sheet
from web.language import gettext as _

NAMES = ("pilot_who", "pilot_percent", "pilot_minutes")
SHARE, OWN = "share", "own"
CHOICES = (("", "不试点，一次发给所有人"), (SHARE, "随机抽一部分客户先发"), (OWN, "制作人本机构员工的客户先发"))


def of(draft: Draft) -> dict[str, str]:
    """The values of what is saved, by the names of the fields."""
    who = OWN if draft.pilot_own else SHARE if draft.pilot_percent else ""
    return {
        "pilot_who": who,
        "pilot_percent": str(draft.pilot_percent or 5),
        "pilot_minutes": str(draft.pilot_minutes),
    }


def names(form: FormData) -> list[str]:
    """The names of these fields in a form that was sent."""
    return [name for name in NAMES if name in form]


def read(values: Mapping[str, str], errors: dict[str, str]) -> dict[str, Any]:
    """The fields of the draft that were meant; a sentence per field that can't be goes into `errors`.

    What isn't chosen isn't looked at; a form without this part changes nothing.
    """
    if "pilot_who" not in values:
        return {}
    who = values["pilot_who"]
    if who not in (SHARE, OWN):
        return {"pilot_percent": 0, "pilot_own": False, "pilot_minutes": 60}
    percent = versions_sheet.number(values, errors, "pilot_percent", "0") if who == SHARE else 0
    if who == SHARE and not percent:
        errors.setdefault("pilot_percent", _("试点比例须大于 0"))
    minutes = versions_sheet.number(values, errors, "pilot_minutes", "60")
    return {"pilot_percent": percent, "pilot_own": who == OWN, "pilot_minutes": minutes}


def choices() -> list[tuple[str, str]]:
    """Pairs for the choice of who hears first."""
    return [(code, _(label)) for code, label in CHOICES]
