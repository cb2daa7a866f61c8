"""A worker killed anywhere in a journey: nobody is lost, and no step is done twice."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

import pytest

from community.clients import timeline
from kernel import database
from tests.campaigns.journeys.conftest import Cast, approved, count, make_clients, rules, step

POINTS = ("journeys.entered", "journeys.acted", "journeys.moved", "journeys.passed")
PEOPLE = 60
STEPS = (
    step("send", "s1", text="您好，很高兴认识您。"),
    step("tag", "s2", tag="已欢迎"),
    step("task", "s3", title="电话回访"),
    step("points", "s4", points=20),
    step("split", "s5", shares={"a": 60, "b": 40, "control": 0}),
    step("send", "s6", text="欢迎随时联系我。"),
)
DOUBLE = "SELECT count(*) FROM (SELECT 1 FROM journey_passage GROUP BY entry_id, step HAVING count(*) > 1) d"


async def _run(journey_id: int, environment: dict[str, str]) -> int:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.campaigns.journeys.child", str(journey_id), env={**os.environ, **environment}
    )
    return await child.wait()


@pytest.mark.prove
@pytest.mark.timeout(400)
async def test_kills_at_every_point_neither_lose_nor_double_a_step(cast: Cast, crash: Any) -> None:
    clients = await make_clients(cast, PEOPLE)
    journey = await approved(cast, rules(*STEPS))
    await timeline.record_many(clients, "contact.added")
    kills = 0
    for point in POINTS:
        kills += await _run(journey.id, crash(point)) != 0
    assert await _run(journey.id, {}) == 0
    assert kills >= len(POINTS)
    assert await count("SELECT count(*) FROM journey_entry WHERE state = 'finished'") == PEOPLE
    assert await count("SELECT count(*) FROM journey_passage") == PEOPLE * len(STEPS)
    assert await count(DOUBLE) == 0
    assert await count("SELECT count(*) FROM send") == 2 * PEOPLE
    assert await count("SELECT count(*) FROM staff_task") == PEOPLE
    assert await count("SELECT count(*) FROM client_tag") == PEOPLE
    rows = await database.fetch("SELECT DISTINCT balance FROM points_balance")
    assert [row["balance"] for row in rows] == [20]
    assert await count("SELECT count(*) FROM points_transaction") == PEOPLE
