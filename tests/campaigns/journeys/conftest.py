"""The standing cast of journey tests: the campaigns' cast, and journeys that other people approved."""

from __future__ import annotations

from typing import Any

import pytest

from campaigns.journeys import advancing, approval, definition, drafting, versions
from campaigns.journeys.models import Journey, JourneyEntry
from campaigns.journeys.steps import registry
from kernel import database
from staff import approvals
from staff.models import Staff
from tests.campaigns.conftest import Cast
from tests.campaigns.conftest import cast as cast
from tests.campaigns.conftest import make_clients as make_clients


def step(kind: str, code: str, **params: Any) -> dict[str, Any]:
    """A step of a kind with some parameters changed; `ways` takes lists of steps by way."""
    inner = params.pop("ways", {})
    face = registry.of(kind)
    made: dict[str, Any] = {"code": code, "kind": kind, "params": face.new() | params}
    if face.ways:
        shares = made["params"].get("shares", {})
        made["ways"] = [
            {"way": way, "label": label, "share": shares.get(way, 0), "steps": inner.get(way, [])}
            for way, label in face.ways
        ]
    return made


def rules(*steps: dict[str, Any], event: str = "contact.added", **changes: Any) -> dict[str, Any]:
    """The definition of a journey that begins with an event and is allowed everything at once."""
    made = definition.empty() | {"trigger": {"kind": "event", "event": event}, "staff_per_day": 500}
    return made | {"steps": list(steps)} | changes


async def approved(cast: Cast, written: dict[str, Any], name: str = "新客欢迎") -> Journey:
    """A journey that other people approved, and that runs."""
    journey = await drafting.create(name, cast.li, written)
    return await renewed(cast, journey)


async def renewed(cast: Cast, journey: Journey) -> Journey:
    """The draft of a journey as it stands, approved by Wang and, where two must say yes, by Qian."""
    asked = await approval.submit(journey.id, cast.li)
    seen = await versions.of(await Journey.get(id=journey.id))
    asked = await approvals.approve(asked.id, seen, cast.wang)
    if asked.state == "waiting":
        qian, _ = await Staff.get_or_create(
            login="qian", defaults={"name": "钱复核", "role": "reviewer", "reach": "bank"}
        )
        await approvals.approve(asked.id, seen, qian)
    return await Journey.get(id=journey.id)


async def where(journey: Journey) -> dict[int, tuple[str, str]]:
    """State and step of each client."""
    entries = await JourneyEntry.filter(journey_id=journey.id).order_by("id")
    return {one.client_id: (one.state, one.step) for one in entries}


async def count(sql: str, *arguments: Any) -> int:
    """One number."""
    return int(await database.fetch_value(sql, *arguments))


async def go(journey: Journey) -> int:
    """One round of the clock."""
    return await advancing.advance(journey.id)


@pytest.fixture
async def clients(cast: Cast) -> list[int]:
    """Twenty clients of Chen who can be reached through WeCom."""
    return await make_clients(cast, 20)
