"""The part of the campaign editor about versions A/B/n, further channels, spread and priority: plain fields."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import FormData

from campaigns.planning import arbitration, variants
from campaigns.planning.drafting import Draft
from campaigns.planning.kind import Kind
from campaigns.planning.variants import CODES, Version
from web.language import gettext as _

PLAIN = ("spread_minutes", "priority")
LONGEST = {"text": 5000, "link_title": 64, "link_url": 300, "label": variants.LONGEST_LABEL, "share": 3}
# ab.B.share, ab.B.label, ab.B.main.text
FIELD = re.compile(r"ab\.([A-F])\.(?:(share|label)|([a-z_]{1,20})\.(text|link_title|link_url))\Z")
FALLBACK = re.compile(r"fallback\.[1-5]\Z")


def of(draft: Draft) -> dict[str, str]:
    """The values of what is saved, by the names of the fields."""
    values = {"spread_minutes": str(draft.spread_minutes), "priority": str(draft.priority)}
    values |= {f"fallback.{place}": code for place, code in enumerate(draft.fallbacks, start=1)}
    for one in draft.variants:
        values |= {f"ab.{one.code}.share": str(one.share), f"ab.{one.code}.label": one.label}
        for step, parts in one.texts.items():
            values |= {f"ab.{one.code}.{step}.{part}": said for part, said in parts.items()}
    return values


def names(form: FormData) -> list[str]:
    """The names of these fields in a form that was sent."""
    return [*PLAIN, *(name for name in form if FIELD.match(name) or FALLBACK.match(name))]


def codes(values: Mapping[str, str]) -> list[str]:
    """The versions on the sheet, in order; none where there is nothing to compare."""
    return [code for code in CODES if f"ab.{code}.share" in values]


def change(values: dict[str, str], act: str) -> None:
    """One press: `more` adds a version, `less.B` takes one away; the shares are set evenly."""
    verb, _dot, code = act.partition(".")
    present = codes(values)
    if verb == "more":
        if len(present) == len(CODES):
            return
        for one in CODES[: max(2, len(present) + 1)]:
            values.setdefault(f"ab.{one}.share", "")
            values.setdefault(f"ab.{one}.label", "")
    elif code in present:
        kept = [one for one in present if one != code]
        said = {one: _own(values, one) for one in kept}
        for name in [name for name in values if FIELD.match(name)]:
            del values[name]
        # what is left moves up, so that the letters stay without a gap; one alone is no comparison
        for place, one in enumerate(kept if len(kept) > 1 else []):
            values |= {f"ab.{CODES[place]}.{rest}": text for rest, text in said[one].items()}
    _even(values)


def read(values: Mapping[str, str], errors: dict[str, str], chosen: Kind) -> tuple[Version, ...]:
    """The versions that were meant; a sentence per field that can't be goes into `errors`."""
    found = []
    for code in codes(values):
        for name, said in values.items():
            hit = FIELD.match(name)
            if hit and hit[1] == code and len(said) > LONGEST[hit[2] or hit[4]]:
                errors[name] = _("最多 %(n)s 个字") % {"n": LONGEST[hit[2] or hit[4]]}
        texts = {
            plan.code: {part: values.get(f"ab.{code}.{plan.code}.{part}", "").strip() for part in variants.PARTS}
            for plan in chosen.steps
        }
        share = number(values, errors, f"ab.{code}.share")
        found.append(Version(code, share, values.get(f"ab.{code}.label", "").strip(), texts))
    return tuple(found)


def fallbacks(values: Mapping[str, str]) -> tuple[str, ...]:
    """The further channels in order."""
    return tuple(values[name] for name in sorted(values) if FALLBACK.match(name) and values[name])


def number(values: Mapping[str, str], errors: dict[str, str], name: str, default: str = "") -> int:
    """A whole number of a field; a sentence in `errors` when it is none."""
    typed = values.get(name, "").strip() or default
    if typed.isdigit() and typed.isascii() and len(typed) < 10:
        return int(typed)
    errors[name] = _("请填整数")
    return 0


def priorities() -> list[tuple[str, str]]:
    """Pairs for the choice of a priority, the highest first."""
    return [(str(one), _(name)) for one, name in sorted(arbitration.PRIORITIES.items(), reverse=True)]


def _own(values: Mapping[str, str], code: str) -> dict[str, str]:
    begin = f"ab.{code}."
    return {name.removeprefix(begin): said for name, said in values.items() if name.startswith(begin)}


def _even(values: dict[str, str]) -> None:
    present = codes(values)
    for place, code in enumerate(present):
        rest = 100 % len(present)
        values[f"ab.{code}.share"] = str(100 // len(present) + (1 if place < rest else 0))
