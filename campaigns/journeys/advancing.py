"""Journeys move on: new entries, what clients did, and every step that is due, each batch in one transaction.

The act of a step (a send, a task, a tag, points), the note that it was passed and the move to the next one are one
transaction: whatever dies in between, either all of it stands or nothing of it does. The journey's row is locked
meanwhile, so a pause that has returned is one after which nothing moves, and two workers never share a journey.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from campaigns.journeys import definition, entering, floors, following, rereading, steadiness, versions
from campaigns.journeys.definition import Definition, Node
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.face import Outcome, Place, Standing
from kernel import clock, crashpoints, database

BATCH = 1_000
MOVING = ("running", "closing")
# one step into the index for each code, however many stand there
DUE = """
SELECT one.code FROM unnest($2::text[]) AS one(code) CROSS JOIN LATERAL (
    SELECT e.due_at FROM journey_entry e
    WHERE e.version_id = $1 AND e.state = 'active' AND e.step = one.code AND e.due_at <= $3 ORDER BY e.due_at LIMIT 1
) hit
ORDER BY hit.due_at LIMIT 1
"""
TAKE = """
SELECT e.id AS entry_id, e.client_id, e.entered_at, e.arrived_at, e.deadline_at FROM journey_entry e
WHERE e.version_id = $1 AND e.state = 'active' AND e.step = $2 AND e.due_at <= $3
ORDER BY e.due_at, e.id LIMIT $4 FOR UPDATE
"""
# without ON CONFLICT: a step that was passed before is a bug, and it must undo what was just done
NOTE = """
INSERT INTO journey_passage (entry_id, version_id, step, way, result, staff_id, at)
SELECT one.id, $2, $3, one.way, one.result, one.staff_id, $4
FROM unnest($1::bigint[], $5::text[], $6::text[], $7::bigint[]) AS one(id, way, result, staff_id)
"""
MOVE = """
UPDATE journey_entry SET step = $2, arrived_at = $3, due_at = $4, deadline_at = $5,
  arm = CASE WHEN $6::text <> '' THEN $6 ELSE arm END WHERE id = ANY($1::bigint[])
"""
FINISH = """
UPDATE journey_entry SET state = 'finished', ended_at = $2, arm = CASE WHEN $3::text <> '' THEN $3 ELSE arm END,
  end_reason = CASE WHEN $3::text = 'control' THEN 'control' ELSE end_reason END WHERE id = ANY($1::bigint[])
"""
POSTPONE = """
UPDATE journey_entry e SET due_at = one.until FROM unnest($1::bigint[], $2::timestamptz[]) AS one(id, until)
WHERE e.id = one.id
"""
OPEN_VERSIONS = """
SELECT v.id FROM journey_version v WHERE v.journey_id = $1 AND v.approved_at IS NOT NULL
  AND (v.retired_at IS NULL OR EXISTS (SELECT FROM journey_entry e WHERE e.version_id = v.id
    AND (e.state = 'active' OR e.ended_at > $2)))
ORDER BY v.number
"""
MOVING_NOW = "SELECT id FROM journey WHERE state = ANY($1::text[]) ORDER BY id"


async def moving() -> list[int]:
    """Journeys in which somebody may enter or go on."""
    return [row["id"] for row in await database.fetch(MOVING_NOW, list(MOVING))]


async def advance(journey_id: int) -> int:
    """Everything that is due in one journey, batch by batch; returns how many steps were passed. Safe to run twice."""
    if not await _let_in_and_follow(journey_id):
        return 0
    passed = 0
    for version_id in await _open_versions(journey_id):
        while (moved := await _advance_batch(journey_id, version_id)) is not None:
            passed += moved
    return passed


async def _let_in_and_follow(journey_id: int) -> bool:
    while True:
        async with database.transaction():
            journey = await _hold(journey_id)
            if journey is None:
                return False
            seen = await floors.look()
            for version in await JourneyVersion.filter(id__in=await _open_versions(journey_id)).order_by("number"):
                await following.follow(journey, version)
            if journey.state == "running" and await _enter(journey):
                # a full batch: more of the same facts may wait, so the floor stays
                continue
            floors.rise(journey, seen)
            await journey.save(update_fields=["floor_id", "mark_id", "mark_xid", "marked_at", "dated_on"])
            return True


async def _enter(journey: Journey) -> bool:
    """Whether a whole batch entered, so that there may be more."""
    version = await versions.live(journey.id)
    if version is None:
        return False
    if version.contents["definition"]["trigger"]["kind"] == "event":
        return await entering.by_events(journey, version) >= entering.BATCH
    for day in entering.missed_days(journey, version):
        if await entering.by_day(journey, version, day) >= entering.BATCH:
            return True
        journey.dated_on = day
        await journey.save(update_fields=["dated_on"])
    journey.dated_on = max(journey.dated_on or entering.last_day_due(version), entering.last_day_due(version))
    return False


async def _open_versions(journey_id: int) -> list[int]:
    """Versions in which something may still happen: also goals of those who finished lately are noted."""
    since = clock.now() - steadiness.GOALS_AFTER
    return [row["id"] for row in await database.fetch(OPEN_VERSIONS, journey_id, since)]


async def _advance_batch(journey_id: int, version_id: int) -> int | None:
    """One step for those who stand at it; None when nothing is due or the journey stands still."""
    async with database.transaction():
        journey = await _hold(journey_id)
        version = await JourneyVersion.get(id=version_id)
        if journey is None or not await steadiness.is_as_approved(journey, version):
            return None
        now = clock.now()
        rules: Definition = version.contents["definition"]
        nodes = definition.nodes(rules)
        code = await database.fetch_value(DUE, version_id, list(nodes), now)
        if code is None:
            return None
        if nodes[code].kind == "send" and not await rereading.is_allowed(journey, version):
            return None
        rows = await database.fetch(TAKE, version_id, code, now, BATCH)
        standing = [Standing(**row) for row in rows]
        place = Place(journey, version, rules, nodes[code], now)
        outcomes = await registry.of(place.node.kind).act(place, standing)
        crashpoints.pass_by("journeys.acted")
        await _note(place, outcomes)
        await _move(place, nodes, outcomes)
        crashpoints.pass_by("journeys.moved")
    crashpoints.pass_by("journeys.passed")
    return len(outcomes)


async def _hold(journey_id: int) -> Journey | None:
    """The journey's row, locked; None when it stands still or another worker has it."""
    return await Journey.filter(id=journey_id, state__in=MOVING).select_for_update(skip_locked=True).first()


async def _note(place: Place, outcomes: Sequence[Outcome]) -> None:
    later = [one for one in outcomes if one.until is not None]
    if later:
        await database.execute(POSTPONE, [one.entry_id for one in later], [one.until for one in later])
    done = [one for one in outcomes if one.until is None]
    columns: tuple[list[Any], ...] = (
        [one.way for one in done],
        [one.result for one in done],
        [one.staff_id for one in done],
    )
    await database.execute(NOTE, [one.entry_id for one in done], place.version.id, place.node.code, place.at, *columns)


async def _move(place: Place, nodes: dict[str, Node], outcomes: Sequence[Outcome]) -> None:
    by_way: dict[str, list[int]] = defaultdict(list)
    for one in outcomes:
        if one.until is None:
            by_way[one.way].append(one.entry_id)
    for way, entries in by_way.items():
        arm = _arm(place.node, way)
        following_code = place.node.leads[way]
        if following_code == definition.END:
            await database.execute(FINISH, entries, place.at, arm)
            continue
        node = nodes[following_code]
        due = registry.of(node.kind).due(node.params, place.at)
        await database.execute(MOVE, entries, node.code, place.at, due.due_at, due.deadline_at, arm)


def _arm(node: Node, way: str) -> str:
    if node.kind != "split" or definition.CONTROL not in node.shares or not node.shares[definition.CONTROL]:
        return ""
    return "control" if way == definition.CONTROL else "treated"
