"""Campaigns that speak where anybody reads: the groups or members are frozen once, and each gets one message.

The draw of the control group and of versions is by group: whoever is in a group reads what is said there.
"""

from __future__ import annotations

import json
from datetime import datetime

from campaigns.audience import sampling
from campaigns.delivery import piloting, spreading, writing
from campaigns.planning import kind, pilots, variants
from campaigns.planning.models import Campaign, Step
from kernel import database

FREEZE = """
INSERT INTO target (campaign_id, recipient, sender_userid, app, label, branch_id, people, bucket, decision, arm,
    variant)
SELECT $1::bigint, t.recipient, t.sender_userid, t.app, left(t.label, 120), t.branch_id, t.people, draw.bucket,
    CASE WHEN draw.bucket < $3::int * 100 THEN 'held_out' ELSE 'due' END,
    CASE WHEN draw.bucket < $3::int * 100 THEN 'control' ELSE 'treated' END,
    CASE WHEN draw.bucket < $3::int * 100 THEN '' ELSE {variant} END
FROM ({targets}) t CROSS JOIN LATERAL (SELECT {bucket} AS bucket) draw
ON CONFLICT (campaign_id, recipient) DO NOTHING
"""
PLAN = """
INSERT INTO send (key, purpose, channel, recipient, sender_userid, app, campaign_id, stream_id, step, attachments,
    due_at, expires_at)
SELECT 'c' || $1::bigint || ':' || $2::text || ':t' || t.id, $3::text, $4::text, t.recipient, t.sender_userid, t.app,
    $1::bigint, $5::bigint, $2::text, COALESCE($6::jsonb -> t.variant, $6::jsonb -> 'A'), {due}, $8::timestamptz
FROM target t WHERE t.campaign_id = $1::bigint AND t.decision = 'due'
ON CONFLICT (key) DO NOTHING
"""


async def freeze(campaign: Campaign) -> int:
    """Put down every group or member of the campaign with its arm; returns how many."""
    found = await kind.of(campaign.kind).targets(campaign, first=4)
    shares = await variants.shares(campaign.id)
    statement = FREEZE.format(
        targets=found.sql,
        bucket=sampling.bucket_sql("$2", "t.recipient"),
        variant=sampling.variant_sql("$2", "t.recipient", shares),
    )
    return await database.execute(statement, campaign.id, campaign.salt, campaign.control_percent, *found.arguments)


async def plan(campaign: Campaign, step: Step, due_at: datetime) -> int:
    """Put one message to each due target into the ledger; returns how many rows."""
    chosen = kind.of(campaign.kind)
    expires_at = await chosen.expires_at(campaign, step, due_at)
    wait = piloting.minutes(campaign, step, due_at, expires_at)
    step.rest_at = piloting.until(due_at, wait)
    later = spreading.due_sql("($7::timestamptz + $11::int * interval '1 minute')", "$9", "$10", "t.recipient")
    due = piloting.due_sql(
        campaign, first="$7", later=later, wait="$11", salt="$9", who="t.recipient", sender=pilots.BEHIND
    )
    return await database.execute(
        PLAN.format(due=due),
        campaign.id,
        step.code,
        chosen.step(step.code).purpose,
        campaign.channel,
        campaign.stream_id,
        json.dumps(await writing.attachments_by_variant(campaign, step), ensure_ascii=False),
        due_at,
        expires_at,
        campaign.salt,
        spreading.minutes(campaign, step.rest_at or due_at, expires_at),
        wait,
    )


async def counts(campaign_id: int) -> dict[str, tuple[int, int]]:
    """Decision -> (groups or members, clients there), as frozen."""
    rows = await database.fetch(
        "SELECT decision, count(*)::int AS targets, sum(people)::int AS people FROM target WHERE campaign_id = $1"
        " GROUP BY decision",
        campaign_id,
    )
    return {row["decision"]: (row["targets"], row["people"]) for row in rows}
