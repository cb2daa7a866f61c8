"""What clients inside a journey did meanwhile: it wakes those who wait for it, lets some leave, and reaches the goal.

Asked are only the facts above the journey's floor, so the work is as much as happened and not as many as are inside.
"""

from __future__ import annotations

from datetime import timedelta

from campaigns.journeys import definition, unsending
from campaigns.journeys.models import Journey, JourneyVersion
from kernel import clock, database

_NEWS = """
WITH news AS MATERIALIZED (
  SELECT t.client_id, t.kind, t.at FROM timeline_entry t WHERE t.id > $2::bigint AND t.kind = ANY($3::text[])
)
"""
WAKE = f"""{_NEWS}
UPDATE journey_entry e SET due_at = $4 FROM unnest($5::text[], $6::text[]) AS wait(step, kind)
WHERE e.version_id = $1 AND e.state = 'active' AND e.step = wait.step AND e.due_at > $4
  AND EXISTS (SELECT FROM news n WHERE n.client_id = e.client_id AND n.kind = wait.kind AND n.at >= e.arrived_at
    AND n.at <= coalesce(e.deadline_at, $4))
"""  # noqa: S608  # only constants of this file are filled in
LEAVE = f"""{_NEWS}
UPDATE journey_entry e SET state = 'left', end_reason = gone.kind, ended_at = $4
FROM (SELECT DISTINCT ON (client_id) client_id, kind, at FROM news ORDER BY client_id, at DESC) gone
WHERE e.version_id = $1 AND e.state = 'active' AND e.client_id = gone.client_id AND gone.at >= e.entered_at
RETURNING e.id
"""  # noqa: S608
# by when it happened: whoever reached it within the days counts, in whatever arm and whether still inside or not
GOAL = f"""{_NEWS}
UPDATE journey_entry e SET goal_at = reached.at,
  state = CASE WHEN $6 AND e.state = 'active' THEN 'goal' ELSE e.state END,
  end_reason = CASE WHEN $6 AND e.state = 'active' THEN reached.kind ELSE e.end_reason END,
  ended_at = CASE WHEN $6 AND e.state = 'active' THEN $4 ELSE e.ended_at END
FROM news reached
WHERE e.version_id = $1 AND e.goal_at IS NULL AND e.state <> 'merged' AND e.client_id = reached.client_id
  AND reached.at >= e.entered_at AND reached.at <= e.entered_at + $5::interval
RETURNING e.id, e.state = 'goal' AS is_over
"""  # noqa: S608  # only constants of this file are filled in


async def follow(journey: Journey, version: JourneyVersion) -> None:
    """Wake, let leave, and note goals, for everybody of one version; inside the caller's transaction.

    What those who go were still to be sent is taken back. The goal comes first: whoever reached it and was to leave for
    something else at once did reach it.
    """
    rules, now = version.contents["definition"], clock.now()
    goal = rules["goal"]
    if goal["event"]:
        days = timedelta(days=goal["days"])
        rows = await database.fetch(GOAL, version.id, journey.floor_id, [goal["event"]], now, days, bool(goal["ends"]))
        await unsending.skip([row["id"] for row in rows if row["is_over"]], "goal_reached")
    if rules["exits"]:
        rows = await database.fetch(LEAVE, version.id, journey.floor_id, rules["exits"], now)
        await unsending.skip([row["id"] for row in rows], "journey_left")
    waits = [node for node in definition.nodes(rules).values() if node.kind == "wait_for"]
    if waits:
        kinds = [str(node.params["event"]) for node in waits]
        codes = [node.code for node in waits]
        await database.execute(WAKE, version.id, journey.floor_id, sorted(set(kinds)), now, codes, kinds)
