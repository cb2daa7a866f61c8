"""A dry walk of one client through a journey: each step with its time, what it would do, and the way it would lead."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from campaigns.journeys import definition, entering
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.face import Foreseen, Place
from kernel import clock, database
from kernel.errors import NotFound, Refused
from staff import scope
from staff.models import Staff

VISIBLE = "SELECT c.id FROM client c WHERE c.id = $1 AND c.merged_into_id IS NULL AND {scope}"
MAY_ENTER = "SELECT c.id FROM client c WHERE c.id = $1 AND {scope} AND {condition}"
INSIDE = "SELECT count(*) FROM journey_entry WHERE journey_id = $1 AND client_id = $2 AND state = 'active'"
SOME = """
SELECT c.id FROM client c WHERE c.merged_into_id IS NULL AND {seen} AND {scope} AND {condition}
ORDER BY md5(c.id::text) LIMIT 5
"""


class Walked(NamedTuple):
    """One step of the dry walk: its code and kind, when, and what would happen."""

    code: str
    kind: str
    at: datetime
    foreseen: Foreseen


class Walk(NamedTuple):
    """Whether the client would be let in, whether they are inside already, and the steps they would pass."""

    may_enter: bool
    is_inside: bool
    steps: list[Walked]
    ends_at: datetime


async def walk(journey: Journey, client_id: int, by: Staff) -> Walk:
    """What the draft would do to one client from now on; nothing is done. NotFound: a client out of scope.

    What depends on acts of the client that nobody can know is walked as if they did nothing.
    """
    own = scope.clients(by, first=2)
    if await database.fetch_value(VISIBLE.format(scope=own.sql), client_id, *own.arguments) is None:
        raise NotFound()
    author = await Staff.get(id=journey.author_id)
    allowed, wanted = await entering.who(journey.draft, author, first=2)
    sql = MAY_ENTER.format(scope=allowed.sql, condition=wanted.sql)
    let_in = await database.fetch_value(sql, client_id, *allowed.arguments, *wanted.arguments)
    inside = await database.fetch_value(INSIDE, journey.id, client_id)
    steps, ends_at = await _steps(journey, client_id)
    return Walk(let_in is not None, bool(inside), steps, ends_at)


async def samples(journey: Journey, by: Staff) -> list[int]:
    """Some clients whom the journey would let in and whom this person may see, in an order that means nothing."""
    seen = scope.clients(by, first=1)
    author = await Staff.get(id=journey.author_id)
    try:
        allowed, wanted = await entering.who(journey.draft, author, first=1 + len(seen.arguments))
    except Refused:
        return []
    sql = SOME.format(seen=seen.sql, scope=allowed.sql, condition=wanted.sql)
    rows = await database.fetch(sql, *seen.arguments, *allowed.arguments, *wanted.arguments)
    return [row["id"] for row in rows]


async def _steps(journey: Journey, client_id: int) -> tuple[list[Walked], datetime]:
    nodes = definition.nodes(journey.draft)
    version = JourneyVersion(journey_id=journey.id, number=0, contents={}, content_hash="")
    at, code, walked = clock.now(), definition.first(journey.draft), []
    while code != definition.END:
        node = nodes[code]
        place = Place(journey, version, journey.draft, node, at)
        foreseen = await registry.of(node.kind).foresee(place, client_id)
        walked.append(Walked(code, node.kind, at, foreseen))
        at = foreseen.until or at
        code = node.leads[foreseen.way]
    return walked, at
