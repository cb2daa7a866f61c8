"""The part of the campaign editor that attaches pieces of the library to a message: numbers in a hidden field."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any

from campaigns.content import attaching, library
from campaigns.content.models import Piece
from campaigns.planning.kind import Kind
from kernel import numbers
from web.console.library import ICONS, TONES


def name_of(step: str) -> str:
    """The form's field of one step."""
    return f"step.{step}.pieces"


def of(ids: Iterable[int]) -> str:
    """The pieces of a step as the field holds them."""
    return ",".join(str(one) for one in ids)


def read(values: Mapping[str, str], step: str, saved: tuple[int, ...] = ()) -> tuple[int, ...]:
    """The pieces that a field names; what is no number is left out. A page without the field leaves what is saved."""
    if name_of(step) not in values:
        return saved
    given = values.get(name_of(step), "").split(",")[: attaching.MOST + 1]
    return tuple(found for one in given if (found := numbers.row_id(one)) is not None)


def change(values: MutableMapping[str, str], verb: str, step: str, chosen: str) -> None:
    """Attach or detach one piece, by its number."""
    number = numbers.row_id(chosen)
    if number is None:
        return
    kept = [one for one in read(values, step) if one != number]
    values[name_of(step)] = of([*kept, number] if verb == "attach" else kept)


async def context(values: Mapping[str, str], kind: Kind) -> dict[str, Any]:
    """What the template shows: what each step carries, and what can be attached."""
    carried: dict[str, list[Piece]] = {
        plan.code: await attaching.of_ids(read(values, plan.code)) for plan in kind.steps
    }
    return {
        "carried": carried,
        "attachable": await library.attachable(),
        "piece_kinds": library.KINDS,
        "piece_icons": ICONS,
        "piece_states": library.STATES,
        "piece_tones": TONES,
        "most_pieces": attaching.MOST,
    }
