"""Journeys of the sample bank: one that greets new contacts, one that wakes silent clients, and one that is written."""

from __future__ import annotations

from typing import Any

from campaigns.journeys import advancing, approval, drafting, presets, versions
from campaigns.journeys.models import Journey
from staff import approvals
from staff.models import Staff

MAKER, CHECKER = "lin.yue", "zhao.heng"
RUNNING = (("welcome", "新客欢迎"), ("win_back", "沉睡客户唤醒"))
WRITTEN = ("leaving", "流失预警：资金流出挽留")


async def run_some() -> None:
    """Written from templates, approved by another person, and moved on as the clock would; once."""
    if await Journey.exists():
        return
    maker, checker = await Staff.get(login=MAKER), await Staff.get(login=CHECKER)
    for code, name in RUNNING:
        journey = await drafting.create(name, maker, _rules(code))
        asked = await approval.submit(journey.id, maker)
        await approvals.approve(asked.id, await versions.of(await Journey.get(id=journey.id)), checker)
        await advancing.advance(journey.id)
    await drafting.create(WRITTEN[1], maker, _rules(WRITTEN[0]))


def _rules(code: str) -> dict[str, Any]:
    preset = presets.of(code)
    assert preset is not None
    return preset.make()
