"""Journeys of the sample bank: one that holds leavers back, one that wakes silent clients, and one that is written."""

from __future__ import annotations

from typing import Any

from campaigns.journeys import advancing, approval, drafting, presets, versions
from campaigns.journeys.definition import CONTROL
from campaigns.journeys.models import Journey
from staff import approvals
from staff.models import Staff

MAKER, CHECKERS = "lin.yue", ("zhao.heng", "song.yu")


async def run_some() -> None:
    """Written from templates, approved by other people, and moved on as the clock would; once."""
    if await Journey.exists():
        return
    maker = await Staff.get(login=MAKER)
    for name, rules in (("流失预警：资金流出挽留", _rules("leaving")), ("沉睡客户电话唤醒", _calls_only())):
        journey = await drafting.create(name, maker, rules)
        asked = await approval.submit(journey.id, maker)
        seen = await versions.of(await Journey.get(id=journey.id))
        for login in CHECKERS[: asked.needs]:
            await approvals.approve(asked.id, seen, await Staff.get(login=login))
        await advancing.advance(journey.id)
    await drafting.create("新客欢迎", maker, _rules("welcome"))


def _rules(code: str) -> dict[str, Any]:
    preset = presets.of(code)
    assert preset is not None
    return preset.make()


def _calls_only() -> dict[str, Any]:
    # messages would use up the day's quota of clients to whom a visitor of the demo wants to write
    rules = _rules("win_back")
    draw = rules["steps"][0]
    draw["params"]["shares"] = {"a": 0, "b": 80, CONTROL: 20}
    for way in draw["ways"]:
        way["share"] = draw["params"]["shares"][way["way"]]
    draw["ways"][0]["steps"] = []
    return rules
