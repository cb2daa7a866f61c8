"""A message that certainly did not reach its person goes by the next channel of the campaign, once.

Certainly: skipped before any call, or refused by the platform for a reason that says so. What may have arrived, what a
person took back and what the client doesn't want never takes another way.
"""

from __future__ import annotations

import json

from campaigns.audience import reach
from campaigns.delivery import uniting, writing
from campaigns.planning import kind, listing
from campaigns.planning.models import Campaign, Step
from community.sending import tasks as sending_tasks
from kernel import clock, database
from kernel.database import transaction

CERTAIN = (
    "no_channel", "no_relation", "window_closed", "platform_limit", "not_friend", "not_a_contact", "not_visible",
    "over_platform_quota", "no_credit", "mass_single", "not_sent",
)  # fmt: skip
"""Reasons after which the message is known to have reached nobody, and the client has not said no."""
# the newest send of each person is what counts; its channel's place in the list says which come next
WANTING = """
SELECT last.client_id, last.step FROM (
    SELECT DISTINCT ON (s.client_id, s.step) s.client_id, s.step, s.state, s.reason, s.channel, s.purpose
    FROM send s WHERE s.campaign_id = $1 AND s.client_id IS NOT NULL ORDER BY s.client_id, s.step, s.id DESC
) last
WHERE last.state IN ('failed', 'skipped') AND last.reason = ANY($2::text[]) AND last.purpose = 'marketing'
    AND last.channel = ANY($3::text[])
"""
PLAN = f"""
WITH united AS MATERIALIZED ({uniting.WITH_CONTROL})
INSERT INTO send (key, purpose, channel, client_id, recipient, sender_userid, app, campaign_id, stream_id, step,
    attachments, due_at, expires_at)
SELECT 'c' || $1::bigint || ':' || $2::text || ':' || c.id || ':' || way.channel, 'marketing', way.channel, c.id,
    way.recipient, way.sender_userid, way.app, $1::bigint, $3::bigint, $2::text,
    COALESCE($4::jsonb -> d.variant, $4::jsonb -> 'A'), $5::timestamptz, $6::timestamptz
FROM unnest($7::bigint[]) AS one(client_id)
JOIN client c ON c.id = one.client_id AND c.merged_into_id IS NULL
JOIN delivery d ON d.campaign_id = $1::bigint AND d.client_id = c.id AND d.decision = 'due'
CROSS JOIN LATERAL ({{way}}) way
WHERE NOT EXISTS (SELECT FROM send s WHERE s.campaign_id = $1::bigint AND s.client_id = c.id AND s.step = $2::text
    AND (s.channel = way.channel AND s.recipient = way.recipient OR s.state NOT IN ('failed', 'skipped')))
    AND c.id NOT IN (SELECT client_id FROM united)
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  # only constants are filled in
RUNNING = """
SELECT id FROM campaign WHERE state = 'sending' AND frozen_at IS NOT NULL AND fallbacks <> '[]'::jsonb ORDER BY id
"""


async def plan_all() -> int:
    """Look through all running campaigns with further channels; returns how many messages take another way."""
    return sum([await plan(row["id"]) for row in await database.fetch(RUNNING)])


async def plan(campaign_id: int) -> int:
    """Send by the next channel what the last one certainly did not bring; returns how many messages.

    Nobody gets two: whoever has a message of the step under way, or one that went out, is left alone.
    """
    async with transaction():
        campaign = await listing.lock(campaign_id, None)
        if campaign.state != "sending" or not campaign.fallbacks or kind.of(campaign.kind).is_open:
            return 0
        ways = (campaign.channel, *campaign.fallbacks)
        rows = await database.fetch(WANTING, campaign.id, list(CERTAIN), list(ways[:-1]))
        by_step: dict[str, list[int]] = {}
        for row in rows:
            by_step.setdefault(row["step"], []).append(row["client_id"])
        planned = 0
        for code, clients in by_step.items():
            step = await Step.get(campaign_id=campaign.id, code=code)
            # one channel after the other: who is planned by the second is not asked of for the third
            for place in range(1, len(ways)):
                planned += await _insert(campaign, step, ways[place], clients)
        if planned and campaign.stream_id is not None:
            sending_tasks.dispatch_stream.later(campaign.stream_id)
        return planned


async def _insert(campaign: Campaign, step: Step, channel: str, clients: list[int]) -> int:
    now = clock.now()
    expires_at = await kind.of(campaign.kind).expires_at(campaign, step, step.due_at or now)
    if expires_at <= now:
        return 0
    way = reach.way((channel,), now, first=8)
    planned = await database.execute(
        PLAN.format(way=way.sql),
        campaign.id,
        step.code,
        campaign.stream_id,
        json.dumps(await writing.attachments_by_variant(campaign, step), ensure_ascii=False),
        now,
        expires_at,
        clients,
        *way.arguments,
    )
    if planned:
        await Step.filter(id=step.id, state="done").update(state="planned")
    return planned
