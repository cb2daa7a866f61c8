"""How many people must say yes to a journey: by how many it reaches and by the worth of what it gives.

Where events or dates of clients' lives let them in one by one nobody knows how many come: that counts as over every
line, as soon as the journey sends or gives anything.
"""

from __future__ import annotations

from campaigns.journeys import checking, definition
from campaigns.journeys.definition import Definition
from campaigns.journeys.models import Journey
from loyalty.rewards.models import Benefit
from staff import approval_rules

REACHING = ("send", *definition.GIVING)
WITHOUT_END = 2**62
"""Over every line that a bank may draw."""


async def people(journey: Journey) -> int | None:
    """How many would be let in; None where events or dates of their lives let them in one by one."""
    trigger = journey.draft["trigger"]
    is_known = trigger["kind"] == "segment" or (trigger["kind"] == "date" and trigger.get("fact") == "day")
    return await checking.audience_size(journey) if is_known else None


async def needs(rules: Definition, number: int | None) -> int:
    """How many yeses: as for a campaign of that size, for points and for grants by hand, whichever asks for more."""
    steps = [placed.step for placed in definition.steps_of(rules)]
    reached = number
    if reached is None:
        reached = WITHOUT_END if any(step["kind"] in REACHING for step in steps) else 0
    points = sum(step["params"]["points"] for step in steps if step["kind"] == "points")
    sizes = {"journey": reached, "points": points * reached, "grant": await _worth_fen(steps) * reached}
    return max([(await approval_rules.in_force(subject)).needs(size) for subject, size in sizes.items()])


async def _worth_fen(steps: list[definition.Step]) -> int:
    given = [step["params"]["benefit"] for step in steps if step["kind"] == "benefit"]
    worth = {one.id: one.value_fen for one in await Benefit.filter(id__in=sorted(set(given)))} if given else {}
    return sum(worth.get(number, 0) for number in given)
