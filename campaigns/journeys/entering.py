"""Who enters a journey: one statement per batch finds the clients and writes their entries, once for each fact."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from campaigns.audience import conditions, including
from campaigns.audience.conditions import Compiled
from campaigns.journeys import dates, definition
from campaigns.journeys.definition import Definition
from campaigns.journeys.models import Journey, JourneyVersion
from campaigns.journeys.steps import registry
from campaigns.journeys.steps.wait import wall
from community.sending import policies
from community.sending.policies import Policy
from kernel import clock, crashpoints, database
from staff import scope
from staff.models import Staff

BATCH = 5_000
# facts come from the trigger; whoever is inside now, or was here too often, does not enter again. The caller holds the
# journey's row, so no other worker enters anybody meanwhile; the unique key stands behind that
ENTER = """
WITH made AS (
INSERT INTO journey_entry (journey_id, version_id, client_id, fact, step, entered_at, arrived_at, due_at, deadline_at)
SELECT DISTINCT ON (c.id) $1::bigint, $2::bigint, c.id, f.fact, $3::text, $4::timestamptz, $4, $5::timestamptz,
    $6::timestamptz
FROM ({facts}) f JOIN client c ON c.id = f.client_id
WHERE c.merged_into_id IS NULL AND c.erased_at IS NULL AND {scope} AND {condition}
    AND NOT EXISTS (SELECT FROM journey_entry e WHERE e.journey_id = $1 AND e.client_id = c.id
        AND (e.state = 'active' OR e.fact = f.fact OR e.entered_at > $7::timestamptz))
ORDER BY c.id, f.fact LIMIT $8
ON CONFLICT (journey_id, client_id, fact) DO NOTHING RETURNING client_id
)
INSERT INTO timeline_entry (client_id, kind, at, detail)
SELECT client_id, 'journey.entered', $4::timestamptz, jsonb_build_object('journey', $1::bigint) FROM made
"""
EVENTS = """
SELECT t.client_id, 'timeline:' || t.id AS fact FROM timeline_entry t
WHERE t.id > {floor}::bigint AND t.kind = {kind}::text AND t.at >= {since}::timestamptz
"""
EVERYBODY = "SELECT id AS client_id, 'segment:' || {day}::date AS fact FROM client"
ON_DAY = "SELECT id AS client_id, 'day:' || {day}::date AS fact FROM client"
LONG_AGO = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Facts(NamedTuple):
    """What may bring clients in: SQL of client_id and fact, whose arguments follow those of ENTER."""

    sql: str
    arguments: list[Any]


async def by_events(journey: Journey, version: JourneyVersion) -> int:
    """Let those in to whom the awaited event happened since the floor; at most one batch, returns how many."""
    rules: Definition = version.contents["definition"]
    since = clock.now() - timedelta(hours=rules["fresh_hours"])
    sql = EVENTS.format(floor="$9", kind="$10", since="$11")
    return await _enter(journey, version, Facts(sql, [journey.floor_id, rules["trigger"]["event"], since]))


async def by_day(journey: Journey, version: JourneyVersion, day: date) -> int:
    """Let those in whose date the day is, or who meet the conditions on it; at most one batch."""
    return await _enter(journey, version, _facts_of_day(version.contents["definition"]["trigger"], day))


def missed_days(journey: Journey, version: JourneyVersion) -> list[date]:
    """Days whose date or segment entries are still to be made; what is older than the journey takes is left out."""
    rules = version.contents["definition"]
    if rules["trigger"]["kind"] == "event":
        return []
    now = clock.now()
    today, at = clock.local(now).date(), wall(rules["trigger"].get("at") or "09:00")
    assert at is not None  # a trigger without a readable time is not approved
    until = today if now >= clock.at_local(today, at) else today - timedelta(days=1)
    assert version.approved_at is not None  # only a live version lets anybody in
    begun = clock.local(version.approved_at).date() - timedelta(days=1)
    since = max(journey.dated_on or begun, begun)
    days = [since + timedelta(days=number + 1) for number in range(max((until - since).days, 0))]
    fresh = timedelta(hours=rules["fresh_hours"])
    return [day for day in days if now - clock.at_local(day, at) < fresh]


def last_day_due(version: JourneyVersion) -> date:
    """The newest day whose time of entering has come."""
    at = wall(version.contents["definition"]["trigger"].get("at") or "09:00")
    assert at is not None
    today = clock.today()
    return today if clock.now() >= clock.at_local(today, at) else today - timedelta(days=1)


async def who(
    rules: Definition, author: Staff, *, first: int, approved: Policy | None = None
) -> tuple[Compiled, Compiled]:
    """The conditions on `client c` that let somebody in: the author's scope, and the journey's own.

    Messages ask the gate about the bank's hold-out, what else a journey does for clients asks nobody: whoever belongs
    to it stays out. approved: the policy of the approval; the share is never smaller than it was then.
    """
    allowed = scope.clients(author, alias="c", first=first)
    inner = await including.segments_of(rules["conditions"])
    then = first + len(allowed.arguments)
    wanted = conditions.compile_tree(rules["conditions"], now=clock.now(), first=then, segments=inner)
    if definition.favours(rules):
        wanted = await _not_held_out(wanted, then, approved)
    return Compiled(allowed.sql, list(allowed.arguments)), wanted


async def _not_held_out(wanted: Compiled, first: int, approved: Policy | None) -> Compiled:
    policy = await policies.in_force()
    percent = policies.stricter(policy, approved or policy).holdout_percent
    place = first + len(wanted.arguments)
    held = policies.HELD_OUT_SQL.format(client_id="c.id", season=f"${place}::text", percent=f"${place + 1}::int")
    season = policies.season(clock.today())
    return Compiled(f"({wanted.sql}) AND NOT ({held})", [*wanted.arguments, season, percent])


async def _enter(journey: Journey, version: JourneyVersion, facts: Facts) -> int:
    rules: Definition = version.contents["definition"]
    now = clock.now()
    begin = definition.nodes(rules)[definition.first(rules)]
    due = registry.of(begin.kind).due(begin.params, now)
    author = await Staff.get(id=journey.author_id)
    limits = policies.read(version.contents["limits"])
    allowed, wanted = await who(rules, author, first=9 + len(facts.arguments), approved=limits)
    made = await database.execute(
        ENTER.format(facts=facts.sql, scope=allowed.sql, condition=wanted.sql),
        journey.id,
        version.id,
        begin.code,
        now,
        due.due_at,
        due.deadline_at,
        _not_since(rules, now),
        BATCH,
        *facts.arguments,
        *allowed.arguments,
        *wanted.arguments,
    )
    if made:
        crashpoints.pass_by("journeys.entered")
    return made


def _not_since(rules: Definition, now: datetime) -> datetime:
    """Whoever entered after this moment does not enter again."""
    if rules["reentry"] == "once":
        return LONG_AGO
    return now - timedelta(days=rules["reentry_days"]) if rules["reentry"] == "after" else now


def _facts_of_day(trigger: dict[str, Any], day: date) -> Facts:
    if trigger["kind"] == "segment":
        return Facts(EVERYBODY.format(day="$9"), [day])
    if trigger["fact"] == "day":
        # on the one day that was chosen
        return Facts(ON_DAY.format(day="$9") + " WHERE $9::date = $10::date", [day, date.fromisoformat(trigger["on"])])
    target = day + timedelta(days=trigger["days_before"])
    return Facts(dates.FACTS[trigger["fact"]].replace("$1", "$9::date"), [target])
