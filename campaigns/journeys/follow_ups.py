"""Tasks for members of staff: what one has to do today, and what came of it, told on the client's timeline."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from campaigns.journeys.models import StaffTask
from community.clients import portrait, timeline
from kernel import clock, database, masking
from kernel.errors import NotFound, Refused
from staff import audit, permissions, scope
from staff.models import Staff

PERMISSION = "tasks.do"
OUTCOMES = {
    "reached": "已联系上",
    "visited": "已见面",
    "no_answer": "未接通",
    "not_wanted": "客户不需要",
}
# one's own, and those of whom one stands in for; a client who left one's scope takes their tasks along
MINE = """
SELECT t.id, t.client_id, t.title, t.due_on, t.staff_id, s.name AS staff_name, coalesce(j.name, '') AS journey
FROM staff_task t JOIN client c ON c.id = t.client_id JOIN staff s ON s.id = t.staff_id
LEFT JOIN journey j ON j.id = t.journey_id
WHERE t.state = 'open' AND c.merged_into_id IS NULL AND {scope}
ORDER BY t.due_on, t.id LIMIT $1 OFFSET $2
"""
OPEN = """
SELECT count(*)::int AS n, count(*) FILTER (WHERE t.due_on < $1)::int AS late
FROM staff_task t JOIN client c ON c.id = t.client_id
WHERE t.state = 'open' AND c.merged_into_id IS NULL AND {scope}
"""
DONE = """
UPDATE staff_task t SET state = 'done', outcome = $2, done_at = $3, done_by_id = $4 FROM client c
WHERE t.id = $1 AND t.state = 'open' AND c.id = t.client_id AND {scope} RETURNING t.client_id, t.journey_id
"""


class Line(NamedTuple):
    """One open task, its client masked."""

    id: int
    client_id: int
    client: str
    title: str
    due_on: date
    staff: str
    journey: str


class Open(NamedTuple):
    """How many tasks are open, and how many of them are late."""

    tasks: int
    late: int


async def lines(person: Staff, *, limit: int, offset: int) -> list[Line]:
    """Open tasks about clients within the person's scope, the most urgent first."""
    permissions.require(person, PERMISSION)
    own = scope.clients(person, first=3)
    rows = await database.fetch(MINE.format(scope=own.sql), limit, offset, *own.arguments)
    names = await portrait.names_of([row["client_id"] for row in rows])
    return [
        Line(
            row["id"],
            row["client_id"],
            masking.name(names.get(row["client_id"], "")),
            row["title"],
            row["due_on"],
            row["staff_name"],
            row["journey"],
        )
        for row in rows
    ]


async def count(person: Staff) -> Open:
    """How many tasks are open within the person's scope."""
    own = scope.clients(person, first=2)
    row = await database.fetch_one(OPEN.format(scope=own.sql), clock.today(), *own.arguments)
    return Open(row["n"], row["late"]) if row is not None else Open(0, 0)


async def finish(task_id: int, outcome: str, by: Staff) -> StaffTask:
    """Close a task with what came of it. NotFound: none, done already, or about a client out of scope."""
    permissions.require(by, PERMISSION)
    if outcome not in OUTCOMES:
        raise Refused("请选择跟进的结果", code="task.outcome")
    async with database.transaction():
        own = scope.clients(by, first=5)
        rows = await database.fetch(DONE.format(scope=own.sql), task_id, outcome, clock.now(), by.id, *own.arguments)
        if not rows:
            raise NotFound()
        await timeline.record(rows[0]["client_id"], "task.done", by=by, outcome=outcome, task=task_id)
        await audit.record(by, "staff_task.done", "staff_task", task_id, outcome=outcome)
    return await StaffTask.get(id=task_id)
