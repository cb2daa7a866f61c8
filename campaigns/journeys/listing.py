"""Journeys that a person may see and change: the own part of the bank, and to look at head office's."""

from __future__ import annotations

from typing import NamedTuple

from tortoise.expressions import RawSQL
from tortoise.functions import Count
from tortoise.queryset import QuerySet

from campaigns.journeys.models import Journey
from kernel import database
from kernel.errors import NotFound
from staff import permissions, scope
from staff.models import Staff

STATES = {
    "draft": "草稿",
    "running": "运行中",
    "paused": "已暂停",
    "closing": "不再进人",
    "ended": "已结束",
}
TONES = {"draft": "", "running": "run", "paused": "warn", "closing": "plan", "ended": "done"}
REVIEWS = {"": "待提交", "submitted": "待审批", "approved": "已批准"}
_TOTALS = """
SELECT journey_id, count(*)::int AS entered, count(*) FILTER (WHERE state = 'active')::int AS inside,
  count(goal_at)::int AS reached
FROM journey_entry WHERE journey_id = ANY($1::bigint[]) AND state <> 'merged' GROUP BY journey_id
"""


class Total(NamedTuple):
    """How many entered a journey, are inside now, and reached its goal."""

    entered: int = 0
    inside: int = 0
    reached: int = 0


def visible(person: Staff) -> QuerySet[Journey]:
    """The journeys that this person may see, newest first, to be filtered further."""
    permissions.require(person, "campaigns.see")
    return _within(scope.campaigns(person)).order_by("-id")


async def get(journey_id: int, person: Staff) -> Journey:
    """One journey with its author, last editor and unit. NotFound: none, or not for this person."""
    found = await visible(person).prefetch_related("author", "last_editor", "branch").get_or_none(id=journey_id)
    if found is None:
        raise NotFound()
    return found


async def lock(journey_id: int, person: Staff | None) -> Journey:
    """One journey that the person may change (None: our own work), its row locked until the transaction ends."""
    if not database.is_in_transaction():
        raise RuntimeError("a lock needs a transaction")
    found = await Journey.select_for_update().get_or_none(id=journey_id)
    if found is None or (person and not await may_change(found, person)):
        raise NotFound()
    return found


async def may_change(journey: Journey, person: Staff) -> bool:
    """Whether the journey is of this person's part of the bank."""
    return await _within(scope.campaigns(person, to_change=True)).filter(id=journey.id).exists()


async def counts(person: Staff) -> dict[str, int]:
    """How many visible journeys stand in each state."""
    grouped = visible(person).order_by("state").annotate(journeys=Count("id")).group_by("state")
    return {str(state): int(journeys) for state, journeys in await grouped.values_list("state", "journeys")}


async def totals(journeys: list[Journey]) -> dict[int, Total]:
    """Counts of entries of these journeys, whom a list has opened within scope."""
    rows = await database.fetch(_TOTALS, [one.id for one in journeys])
    return {row["journey_id"]: Total(row["entered"], row["inside"], row["reached"]) for row in rows}


def _within(allowed: scope.Condition) -> QuerySet[Journey]:
    # the condition is scope's own text, with a number in it; a journey has a unit and an author as a campaign has
    return Journey.filter(id__in=RawSQL(f"(SELECT m.id FROM journey m WHERE {allowed.literal})"))  # noqa: S608
