"""All kinds of steps, in the order in which the editor offers them."""

from __future__ import annotations

from campaigns.journeys.steps.benefit import Benefit
from campaigns.journeys.steps.branch import Branch
from campaigns.journeys.steps.face import StepKind
from campaigns.journeys.steps.leave import Leave
from campaigns.journeys.steps.points import Points
from campaigns.journeys.steps.send import Send
from campaigns.journeys.steps.split import Split
from campaigns.journeys.steps.tag import Tag
from campaigns.journeys.steps.task import Task
from campaigns.journeys.steps.wait import Wait
from campaigns.journeys.steps.wait_for import WaitFor

_ALL: tuple[StepKind, ...] = (
    Send(),
    Wait(),
    WaitFor(),
    Branch(),
    Split(),
    Task(),
    Tag(),
    Benefit(),
    Points(),
    Leave(),
)
KINDS: dict[str, StepKind] = {kind.code: kind for kind in _ALL}


def of(code: str) -> StepKind:
    """The kind of a step; an unknown code is a bug, because only known ones are saved."""
    return KINDS[code]
