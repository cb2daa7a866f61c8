"""What the campaign editor holds, as saved or as just typed, and how it becomes a draft."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from campaigns.content import findings, library, notices
from campaigns.content.models import Piece
from campaigns.planning import products
from campaigns.planning.drafting import Draft, StepText
from campaigns.planning.kind import Kind
from campaigns.planning.models import Campaign
from community.suitability import products as shelf
from kernel import clock
from kernel.errors import Refused
from web import formats, forms
from web.console import audience_form, pieces_sheet, pilot_sheet, plan_sheet, versions_sheet
from web.console.audience_form import Builder

PLAIN = ("name", "channel", "control_percent", "starts_at", "late_minutes", "product_words")
MOST_CODE = 32
STEP_PARTS = {"text": 5000, "link_title": 64, "link_url": 300}
LONGEST_DETAIL = 120
# a kind's own fields say by their name how they are read: detail.moment.starts_at, detail.number.seats
DETAIL = re.compile(r"detail\.(text|number|moment)\.([a-z_]{1,40})\Z")


@dataclass
class Sheet:
    """`values` by the names of the form's fields; `version` is what was seen when the editor was opened."""

    version: int
    values: dict[str, str]
    builder: Builder
    errors: dict[str, str] = field(default_factory=dict)
    products: list[str] = field(default_factory=list)

    def text(self, step: str) -> str:
        """The text of one step."""
        return self.values.get(f"step.{step}.text", "")


def of(campaign: Campaign, draft: Draft) -> Sheet:
    """The sheet of what is saved."""
    values = {
        "name": draft.name,
        "channel": draft.channel,
        "control_percent": str(draft.control_percent),
        "starts_at": formats.input_moment(draft.starts_at),
        "late_minutes": str(draft.late_minutes),
    }
    for step in draft.steps:
        values |= {f"step.{step.code}.{part}": getattr(step, part) for part in STEP_PARTS}
        values[pieces_sheet.name_of(step.code)] = pieces_sheet.of(step.pieces)
    for name, value in draft.details.items():
        values |= {f"detail.{kind}.{name}": _shown(value) for kind in ("text", "number", "moment")}
    values |= versions_sheet.of(draft) | plan_sheet.of(draft) | pilot_sheet.of(draft)
    return Sheet(campaign.version, values, audience_form.of_tree(draft.tree), products=list(draft.products))


def typed(form: FormData, chosen: Kind) -> Sheet:
    """The sheet as it was typed."""
    names = [*PLAIN, *(f"step.{plan.code}.{part}" for plan in chosen.steps for part in STEP_PARTS)]
    names += [name for name in form if DETAIL.match(name)] + versions_sheet.names(form)
    names += [name for plan in chosen.steps if (name := pieces_sheet.name_of(plan.code)) in form]
    names += plan_sheet.names(form) + pilot_sheet.names(form)
    values = {name: str(form.get(name, "")).replace("\r\n", "\n").replace("\x00", "") for name in names}
    version = str(form.get("version", ""))
    seen = int(version) if version.isdigit() and version.isascii() and len(version) < 10 else 0
    codes = [str(code)[:MOST_CODE].replace("\x00", "") for code in form.getlist("products")[: products.MOST + 1]]
    return Sheet(seen, values, audience_form.read(form), products=codes)


def mend(sheet: Sheet, step: str, found: str) -> None:
    """One press on a finding: every place of the step's text where exactly these characters were found is mended."""
    text = sheet.text(step)
    for finding in reversed(library.check(text)):
        if text[finding.start : finding.end] == found:
            text = findings.mend(text, finding)
    sheet.values[f"step.{step}.text"] = text


async def add_notices(sheet: Sheet, step: str) -> None:
    """One press on a missing notice: every notice that the text lacks is put at its end."""
    sheet.values[f"step.{step}.text"] = notices.add(sheet.text(step), await classes(sheet))


async def classes(sheet: Sheet) -> list[str]:
    """The classes of the chosen products."""
    return sorted({one.product_class for one in await shelf.of_codes(sheet.products)})


def use_piece(sheet: Sheet, step: str, piece: Piece) -> None:
    """Put a text of the library into a step: in place of an empty one, else below what is there."""
    text = sheet.text(step).rstrip()
    sheet.values[f"step.{step}.text"] = f"{text}\n{piece.text}" if text else piece.text
    if piece.link_url:
        sheet.values |= {f"step.{step}.link_title": piece.link_title, f"step.{step}.link_url": piece.link_url}


def text_of(sheet: Sheet, code: str) -> StepText:
    """What the sheet says in one step, as typed."""
    text, title, url = (sheet.values.get(f"step.{code}.{part}", "") for part in STEP_PARTS)
    return StepText(code, text, title, url)


def draft(sheet: Sheet, chosen: Kind, base: Draft) -> Draft:
    """The draft that was meant: `base` (as saved) with all that the sheet shows in place of it.

    Refused (forms.Invalid): with a sentence per field, also left in sheet.errors.
    """
    values, errors = sheet.values, sheet.errors
    saved = {step.code: step for step in base.steps}
    steps = tuple(_step(sheet, plan.code, saved.get(plan.code, StepText(plan.code))) for plan in chosen.steps)
    made = replace(
        base,
        name=values["name"].strip(),
        channel=values["channel"],
        tree=_tree(sheet),
        control_percent=_number(sheet, "control_percent", "对照组比例"),
        starts_at=_moment(sheet, "starts_at", "开始时间"),
        late_minutes=_number(sheet, "late_minutes", "允许迟发"),
        steps=steps,
        details=_details(sheet),
        products=tuple(sheet.products),
        variants=versions_sheet.read(values, errors, chosen),
        fallbacks=versions_sheet.fallbacks(values),
        spread_minutes=versions_sheet.number(values, errors, "spread_minutes", "0"),
        priority=versions_sheet.number(values, errors, "priority", "3"),
        **plan_sheet.read(values, errors),
        **pilot_sheet.read(values, errors),
    )
    if errors:
        raise forms.Invalid(errors)
    return made


def _tree(sheet: Sheet) -> dict[str, Any]:
    try:
        return audience_form.to_tree(sheet.builder)
    except Refused as refusal:
        sheet.errors["audience"] = refusal.message
        return {}


def _step(sheet: Sheet, code: str, saved: StepText) -> StepText:
    text, title, url = (_part(sheet, code, part) for part in STEP_PARTS)
    pieces = pieces_sheet.read(sheet.values, code, saved.pieces)
    return replace(saved, text=text, link_title=title, link_url=url, pieces=pieces)


def _part(sheet: Sheet, step: str, part: str) -> str:
    name = f"step.{step}.{part}"
    value = sheet.values.get(name, "")
    if len(value) > STEP_PARTS[part]:
        sheet.errors[name] = f"最多 {STEP_PARTS[part]} 个字"
    return value


def _number(sheet: Sheet, name: str, label: str) -> int:
    typed_value = sheet.values.get(name, "").strip()
    if typed_value.isdigit() and typed_value.isascii() and len(typed_value) < 10:
        return int(typed_value)
    sheet.errors[name] = f"{label}请填整数"
    return 0


def _moment(sheet: Sheet, name: str, label: str) -> datetime | None:
    wall = sheet.values.get(name, "").strip()
    if not wall:
        return None
    try:
        moment = datetime.fromisoformat(wall)
        # <input type="datetime-local"> has no zone: staff mean the wall clock in Shanghai
        return clock.at_local(moment.date(), moment.time().replace(tzinfo=None))
    except (ValueError, OverflowError):
        sheet.errors[name] = f"{label}请填日期和时间，例如 2026-09-18 14:00"
        return None


def _details(sheet: Sheet) -> Mapping[str, Any]:
    made: dict[str, Any] = {}
    for name, value in sheet.values.items():
        found = DETAIL.match(name)
        if not found or not value.strip():
            continue
        kind, key = found.groups()
        if kind == "number":
            made[key] = _number(sheet, name, "这里")
        elif kind == "moment":
            made[key] = _moment(sheet, name, "这里")
        elif len(value.strip()) > LONGEST_DETAIL:
            sheet.errors[name] = f"最多 {LONGEST_DETAIL} 个字"
        else:
            made[key] = value.strip()
    return made


def _shown(value: Any) -> str:
    if value is None:
        return ""
    try:
        return (
            formats.input_moment(datetime.fromisoformat(value))
            if isinstance(value, str) and "T" in value
            else str(value)
        )
    except ValueError:
        return str(value)
