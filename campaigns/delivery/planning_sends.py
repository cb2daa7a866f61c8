"""A campaign's messages become rows of the send ledger: one statement per step, nobody twice, no control client."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from campaigns.audience import reach
from campaigns.delivery import approved_texts, piloting, spreading, targets, uniting, wording_recheck, writing
from campaigns.planning import arbitration, kind, listing
from campaigns.planning.models import Campaign, Step
from community.sending import tasks as sending_tasks
from kernel import clock, crashpoints, database

MANY = 5_000
# only decision `due` becomes a send: held-out people can't be reached by any step, whatever its rule says; whoever
# can't be reached any more, or turned out to be the same person as a control client, gets a row that says so
PLAN = f"""
WITH united AS MATERIALIZED ({uniting.WITH_CONTROL})
INSERT INTO send (key, purpose, channel, client_id, recipient, sender_userid, app, campaign_id, stream_id,
    step, attachments, due_at, expires_at, state, reason, ended_at)
SELECT 'c' || $1::bigint || ':' || $2::text || ':' || d.client_id, $3::text, COALESCE(way.channel, $4::text),
    d.client_id, COALESCE(way.recipient, ''), COALESCE(way.sender_userid, ''), COALESCE(way.app, ''), $1::bigint,
    $5::bigint, $2::text, COALESCE($6::jsonb -> d.variant, $6::jsonb -> 'A'), {{due}}, $8::timestamptz,
    CASE WHEN stop.reason = '' THEN 'planned' ELSE 'skipped' END, stop.reason,
    CASE WHEN stop.reason <> '' THEN $9::timestamptz END
FROM delivery d
JOIN client c ON c.id = d.client_id
LEFT JOIN LATERAL ({{way}}) way ON TRUE
CROSS JOIN LATERAL (SELECT CASE
    WHEN c.id IN (SELECT client_id FROM united) THEN '{uniting.REASON}'
    WHEN way.channel IS NULL THEN 'no_channel' ELSE '' END AS reason) stop
WHERE d.campaign_id = $1::bigint AND d.decision = 'due' AND c.merged_into_id IS NULL AND ({{who}})
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  # only constants are filled in
DUE = """
SELECT step.id FROM step JOIN campaign ON campaign.id = step.campaign_id
WHERE step.state = 'waiting' AND step.due_at <= $1 AND campaign.state = 'sending' AND campaign.frozen_at IS NOT NULL
    AND ($2::bigint IS NULL OR campaign.id = $2::bigint)
ORDER BY step.due_at, step.id
"""


async def due_steps(campaign_id: int | None = None) -> list[int]:
    """Steps whose time has come and that are not planned yet, of one campaign or of all."""
    return [row["id"] for row in await database.fetch(DUE, clock.now(), campaign_id)]


async def plan_step(step_id: int) -> int:
    """Put the sends of one due step into the ledger and wake the dispatcher; returns how many rows.

    Safe to run twice. A step that is too late, or useless by now, becomes `missed`; an empty optional one is done.
    """
    async with database.transaction():
        found = await Step.get(id=step_id)
        campaign = await listing.lock(found.campaign_id, None)
        step = await Step.select_for_update().get(id=step_id)
        if step.state != "waiting" or campaign.state != "sending" or campaign.frozen_at is None:
            return 0
        if step.due_at is None or step.due_at > clock.now():
            return 0
        sends = 0
        if await _is_held(campaign, step):
            return 0
        if not step.text.strip():
            step.state = "done"
        elif await _is_missed(campaign, step, step.due_at):
            step.state = "missed"
        else:
            is_open = kind.of(campaign.kind).is_open
            sends = await (targets.plan if is_open else _insert)(campaign, step, step.due_at)
            step.state = "planned"
        crashpoints.pass_by("planning.before_commit")
        step.planned_at = clock.now()
        await step.save(update_fields=["state", "planned_at", "rules_version", "rest_at"])
        if sends >= MANY:
            # or the dispatcher's statements are planned for the table as it was: 23 s for a job instead of one
            await database.execute("ANALYZE send")
        if sends and campaign.stream_id is not None:
            sending_tasks.dispatch_stream.later(campaign.stream_id)
    return sends


async def _is_held(campaign: Campaign, step: Step) -> bool:
    """What was not approved, or is forbidden by now, is not said: the campaign pauses and says why."""
    if await approved_texts.is_altered(campaign, step):
        await approved_texts.hold(campaign, step)
        return True
    if step.text.strip() and (reason := await wording_recheck.objection(campaign, step)):
        await wording_recheck.hold(campaign, step, reason)
        return True
    return False


async def _insert(campaign: Campaign, step: Step, due_at: datetime) -> int:
    chosen = kind.of(campaign.kind)
    plan = chosen.step(step.code)
    channel, now = plan.channel or campaign.channel, clock.now()
    expires_at = await chosen.expires_at(campaign, step, due_at)
    ways = reach.channels_of(plan.purpose, channel, campaign.fallbacks if not plan.channel else ())
    # the channel of the freeze first: the client agreed to that one; reminders go the way that needs no member's word
    way = reach.way(ways, now, first=13, before="''" if plan.purpose == "service" else "d.channel")
    wait = piloting.minutes(campaign, step, due_at, expires_at)
    step.rest_at = piloting.until(due_at, wait)
    later = spreading.due_sql("($7::timestamptz + $12::int * interval '1 minute')", "$10", "$11", "d.client_id")
    sender = "COALESCE(way.sender_userid, '')"
    due = piloting.due_sql(campaign, first="$7", later=later, wait="$12", salt="$10", who="d.client_id", sender=sender)
    minutes = spreading.minutes(campaign, step.rest_at or due_at, expires_at)
    sends = await database.execute(
        PLAN.format(way=way.sql, who=chosen.who[step.who], due=due),
        campaign.id,
        step.code,
        plan.purpose,
        channel,
        campaign.stream_id,
        json.dumps(await writing.attachments_by_variant(campaign, step), ensure_ascii=False),
        due_at,
        expires_at,
        now,
        campaign.salt,
        minutes if plan.purpose == "marketing" else 0,
        wait,
        *way.arguments,
    )
    if plan.purpose == "marketing":
        await arbitration.make_way(campaign, step.code)
    return sends


async def _is_missed(campaign: Campaign, step: Step, due_at: datetime) -> bool:
    if clock.now() - due_at > timedelta(minutes=campaign.late_minutes):
        return True
    return clock.now() >= await kind.of(campaign.kind).expires_at(campaign, step, due_at)
