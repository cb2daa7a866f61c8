"""Send again to those of a campaign who certainly got nothing: a new row with a key of its own, through the gate again.

Never to who was reached, whose message may have arrived, who said no, or who is to hear nothing. Above the number that
one person may approve of a campaign, a second person's word is asked first.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.audience import reach
from campaigns.delivery import approved_texts, uniting, wording_recheck, writing
from campaigns.planning import kind, lifecycle, listing
from campaigns.planning.models import Campaign, Step
from community.sending import tasks as sending_tasks
from community.suitability import rule as suitability
from kernel import clock, database
from kernel.database import transaction
from kernel.errors import Refused
from staff import approval_kinds, approval_rules, approvals, audit, permissions
from staff.approval_kinds import Kind
from staff.models import Approval, Staff

SUBJECT = "campaign_resend"
MOST = 3
"""So many messages of a step are tried for one person, the first one counted."""
WITHIN = timedelta(days=7)
NEVER = (
    "closed_by_hand", "undecided", "cancelled", "erased", "user_block", "opted_out", "no_consent", "held_out",
    "control_arm", "gave_way", "marketing_in_notice", *suitability.REASONS,
)  # fmt: skip
"""Reasons after which nobody is tried again: it may have arrived, or they are not to hear of it."""
# whoever has one message of the step that is under way, went out, or may have arrived, is not in it; of a mass send
# that WeChat broke off nobody knows whom it reached
UNSENT = """
SELECT s.step, s.client_id, count(*) AS times
FROM (SELECT DISTINCT step, client_id FROM send WHERE campaign_id = $1 AND state IN ('failed', 'skipped')
    AND client_id IS NOT NULL AND purpose = 'marketing') missed
JOIN send s ON s.campaign_id = $1 AND s.client_id = missed.client_id AND s.step = missed.step
JOIN step ON step.campaign_id = $1 AND step.code = missed.step AND step.state IN ('planned', 'done')
GROUP BY s.step, s.client_id
HAVING bool_and(s.state IN ('failed', 'skipped') AND s.reason <> ALL($2::text[])
    AND (s.reason NOT LIKE 'mass\\_%' OR s.reason = 'mass_single')) AND count(*) < $3
"""
# the same where groups or members are the recipients; whoever reads there is not known one by one
UNSENT_TARGETS = """
SELECT s.step, s.recipient, count(*) AS times
FROM send s JOIN step ON step.campaign_id = $1 AND step.code = s.step AND step.state IN ('planned', 'done')
WHERE s.campaign_id = $1 AND s.client_id IS NULL
GROUP BY s.step, s.recipient
HAVING bool_and(s.state IN ('failed', 'skipped') AND s.reason <> ALL($2::text[])) AND count(*) < $3
"""
COUNT_TARGETS = f"""
SELECT count(*)::int AS targets, COALESCE(sum(t.people), 0)::int AS people
FROM (SELECT DISTINCT recipient FROM ({UNSENT_TARGETS}) one) missed
JOIN target t ON t.campaign_id = $1 AND t.recipient = missed.recipient AND t.decision = 'due'
"""  # noqa: S608  # only constants are filled in
PLAN_TARGETS = f"""
INSERT INTO send (key, purpose, channel, recipient, sender_userid, app, campaign_id, stream_id, step, attachments,
    due_at, expires_at)
SELECT 'c' || $1::bigint || ':' || $4::text || ':t' || t.id || ':r' || missed.times, 'marketing', $9::text, t.recipient,
    t.sender_userid, t.app, $1::bigint, $5::bigint, $4::text, COALESCE($6::jsonb -> t.variant, $6::jsonb -> 'A'),
    $7::timestamptz, $8::timestamptz
FROM ({UNSENT_TARGETS}) missed
JOIN target t ON t.campaign_id = $1::bigint AND t.recipient = missed.recipient AND t.decision = 'due'
WHERE missed.step = $4::text
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  # only constants are filled in
COUNT = f"""
SELECT count(DISTINCT missed.client_id) FROM ({UNSENT}) missed
JOIN client c ON c.id = missed.client_id AND c.merged_into_id IS NULL
"""  # noqa: S608  # only constants are filled in
PLAN = f"""
WITH united AS MATERIALIZED ({uniting.WITH_CONTROL}), missed AS MATERIALIZED ({UNSENT})
INSERT INTO send (key, purpose, channel, client_id, recipient, sender_userid, app, campaign_id, stream_id, step,
    attachments, due_at, expires_at)
SELECT 'c' || $1::bigint || ':' || $4::text || ':' || c.id || ':r' || missed.times, 'marketing', way.channel, c.id,
    way.recipient, way.sender_userid, way.app, $1::bigint, $5::bigint, $4::text,
    COALESCE($6::jsonb -> d.variant, $6::jsonb -> 'A'), $7::timestamptz, $8::timestamptz
FROM missed
JOIN client c ON c.id = missed.client_id AND c.merged_into_id IS NULL
JOIN delivery d ON d.campaign_id = $1::bigint AND d.client_id = c.id AND d.decision = 'due'
CROSS JOIN LATERAL ({{way}}) way
WHERE missed.step = $4::text AND c.id NOT IN (SELECT client_id FROM united)
ON CONFLICT (key) DO NOTHING
"""  # noqa: S608  # only constants are filled in


class Outcome(NamedTuple):
    """What came of asking: messages planned, or the question that another person has to answer first."""

    planned: int
    asked: Approval | None


class Unsent(NamedTuple):
    """Who may be tried again: people, and where anybody reads the groups or members (else 0)."""

    people: int
    targets: int = 0

    def __bool__(self) -> bool:
        return self.people > 0 or self.targets > 0


async def unsent(campaign: Campaign) -> Unsent:
    """Who certainly got nothing of a message and may be tried again."""
    if kind.of(campaign.kind).is_open:
        row = await database.fetch_one(COUNT_TARGETS, campaign.id, list(NEVER), MOST)
        return Unsent(row["people"], row["targets"]) if row is not None else Unsent(0)
    return Unsent(int(await database.fetch_value(COUNT, campaign.id, list(NEVER), MOST)))


async def may_be_asked(campaign: Campaign) -> bool:
    """Whether the campaign is in a state in which its unsent may be tried again."""
    is_fresh = campaign.frozen_at is not None and clock.now() - campaign.frozen_at <= WITHIN
    return is_fresh and lifecycle.may("resend", campaign.state)


async def resend(campaign_id: int, by: Staff) -> Outcome:
    """Plan messages to the unsent, or ask a second person where they are more than one person may approve.

    Refused: nobody unsent, paused or called off, too long ago, words that are not what was approved or are forbidden.
    """
    permissions.require(by, "campaigns.edit")
    async with transaction():
        campaign = await listing.lock(campaign_id, by)
        await _require_open(campaign)
        found = await unsent(campaign)
        if not found:
            raise Refused(
                "没有可以重发的客户：都已收到、结果不明，或不应再发", code="campaign.nobody_unsent", status=409
            )
        rule = await approval_rules.in_force("campaign")
        if rule.needs(found.people) > 1:
            return Outcome(0, await _ask(campaign, found.people, by))
        return Outcome(await _plan(campaign, by), None)


async def _require_open(campaign: Campaign) -> None:
    lifecycle.after("resend", campaign.state)
    if not await may_be_asked(campaign):
        raise Refused("活动开始已超过 7 天，不能补发；请复制为新的活动", code="campaign.resend_late", status=409)


async def _ask(campaign: Campaign, people: int, by: Staff) -> Approval:
    content = {"campaign": campaign.id, "hash": campaign.approved_hash, "people": people}
    summary = {
        "title": f"补发：{campaign.name}"[:120],
        "lines": [
            ["活动", campaign.name],
            ["没有收到、准备补发的人数", f"{people:,} 人"],
            ["内容", "与原来批准的相同"],
        ],
        "branch_id": campaign.branch_id,
        "content": content,
        "maker_ids": sorted({campaign.author_id, campaign.last_editor_id, by.id}),
    }
    return await approvals.ask(SUBJECT, campaign.id, approval_kinds.hash_of(content), summary, by, size=people)


async def _plan(campaign: Campaign, by: Staff) -> int:
    """Inside the transaction that holds the campaign's row."""
    planned = 0
    for step in await Step.filter(campaign_id=campaign.id, state__in=("planned", "done")).order_by("position", "id"):
        if kind.of(campaign.kind).step(step.code).purpose == "marketing" and step.text.strip():
            planned += await _plan_step(campaign, step)
    if not planned:
        raise Refused("没有可以重发的客户：现在没有渠道，或消息已过有效时间", code="campaign.nobody_unsent", status=409)
    campaign.state, campaign.finished_at = lifecycle.after("resend", campaign.state), None
    await campaign.save(update_fields=["state", "finished_at"])
    await audit.record(by, "campaign.resent", "campaign", campaign.id, messages=planned)
    if campaign.stream_id is not None:
        sending_tasks.dispatch_stream.later(campaign.stream_id)
    return planned


async def _plan_step(campaign: Campaign, step: Step) -> int:
    if await approved_texts.is_altered(campaign, step) or await wording_recheck.objection(campaign, step):
        raise Refused(
            "文字与批准时不同，或文字、链接、附件现在已不可用，不能补发", code="campaign.text_altered", status=409
        )
    now, chosen = clock.now(), kind.of(campaign.kind)
    expires_at = await chosen.expires_at(campaign, step, now)
    if expires_at <= now:
        return 0
    if chosen.is_open:
        return await _insert(PLAN_TARGETS, campaign, step, now, expires_at, campaign.channel)
    plan = chosen.step(step.code)
    ways = reach.channels_of(plan.purpose, plan.channel or campaign.channel, () if plan.channel else campaign.fallbacks)
    way = reach.way(ways, now, first=9, before="d.channel")
    return await _insert(PLAN.format(way=way.sql), campaign, step, now, expires_at, *way.arguments)


async def _insert(
    statement: str, campaign: Campaign, step: Step, due_at: datetime, expires_at: datetime, *more: object
) -> int:
    attachments = await writing.attachments_by_variant(campaign, step)
    planned = await database.execute(
        statement,
        campaign.id,
        list(NEVER),
        MOST,
        step.code,
        campaign.stream_id,
        json.dumps(attachments, ensure_ascii=False),
        due_at,
        expires_at,
        *more,
    )
    if planned:
        await Step.filter(id=step.id).update(state="planned", rules_version=step.rules_version)
    return planned


async def _lock(campaign_id: int) -> None:
    await listing.lock(campaign_id, None)


async def _apply(asked: Approval, by: Staff) -> None:
    """What the last yes does: no more people than were asked for, and only those who are unsent by now."""
    campaign = await Campaign.get(id=asked.subject_id)
    await _require_open(campaign)
    if campaign.approved_hash != asked.summary["content"]["hash"] or (await unsent(campaign)).people > asked.size:
        raise Refused("没有收到的客户比送审时更多，请退回后重新送审", code="campaign.outgrown", status=409)
    await _plan(campaign, by)


KIND = approval_kinds.register(Kind(SUBJECT, "活动补发", see="campaigns.see", apply=_apply, lock=_lock))
