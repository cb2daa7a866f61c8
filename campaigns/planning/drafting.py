"""Writing campaigns: create, save with an optimistic version, copy. An edit voids what was asked or approved."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from campaigns.audience import including
from campaigns.audience.conditions import Tree
from campaigns.planning import (
    carrying,
    channels,
    drafting_history,
    fingerprint,
    goals,
    kind,
    lifecycle,
    listing,
    pilots,
    products,
    recurring,
    variants,
)
from campaigns.planning.models import Campaign, Step
from campaigns.planning.variants import Version
from kernel import database
from kernel.errors import Refused
from staff import approvals, audit, permissions
from staff.models import Staff

SUBJECT = "campaign"
MAX_CONTROL_PERCENT = 50
LATE_MINUTES = (1, 24 * 60)


@dataclass(frozen=True)
class StepText:
    """What the editor holds of one step."""

    code: str
    text: str = ""
    link_title: str = ""
    link_url: str = ""
    pieces: tuple[int, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What the editor holds of a campaign; `details` is the kind's own part, starts_at None: started by hand."""

    name: str
    channel: str
    tree: Tree = field(default_factory=dict)
    control_percent: int = 10
    starts_at: datetime | None = None
    late_minutes: int = 120
    steps: tuple[StepText, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    variants: tuple[Version, ...] = ()
    fallbacks: tuple[str, ...] = ()
    spread_minutes: int = 0
    priority: int = 3
    goal: str = goals.PLAIN[0]
    goal_days: int = goals.PLAIN[1]
    guardrails: Mapping[str, float] = field(default_factory=dict)
    repeats: Mapping[str, Any] = field(default_factory=dict)
    pilot_percent: int = 0
    pilot_minutes: int = 60
    pilot_own: bool = False


async def create(kind_code: str, name: str, by: Staff, *, channel: str = "", control_percent: int = 10) -> Campaign:
    """Start a draft of a kind with the kind's own messages in it. Refused: unknown kind, no name."""
    permissions.require(by, "campaigns.edit")
    try:
        chosen = kind.of(kind_code)
    except LookupError as error:
        raise Refused("没有这种活动类型", code="campaign.kind_unknown") from error
    _check_name(name)
    async with database.transaction():
        campaign = await Campaign.create(
            kind=kind_code,
            name=name.strip(),
            # a kind with one channel needs no choice, whatever the form still says
            channel=_channel(chosen, channel if channel and chosen.channels[1:] else chosen.channels[0]),
            control_percent=control_percent,
            salt=secrets.token_hex(8),
            branch_id=by.branch_id,
            author_id=by.id,
            last_editor_id=by.id,
        )
        for position, plan in enumerate(chosen.steps):
            await Step.create(campaign_id=campaign.id, code=plan.code, position=position, text=plan.text, who=plan.who)
        await chosen.create(campaign)
        await audit.record(by, "campaign.created", SUBJECT, campaign.id, kind=kind_code)
    return campaign


async def read(campaign: Campaign) -> Draft:
    """The draft as it stands: what the editor starts from, and what a changed draft is made of."""
    steps = await Step.filter(campaign_id=campaign.id).order_by("position", "id")
    return Draft(
        campaign.name,
        campaign.channel,
        campaign.conditions,
        campaign.control_percent,
        campaign.starts_at,
        campaign.late_minutes,
        tuple(StepText(step.code, step.text, step.link_title, step.link_url, tuple(step.pieces)) for step in steps),
        await kind.of(campaign.kind).details(campaign),
        tuple(campaign.products),
        await variants.read(campaign.id),
        tuple(campaign.fallbacks),
        campaign.spread_minutes,
        campaign.priority,
        campaign.goal,
        campaign.goal_days,
        campaign.guardrails,
        campaign.repeats,
        campaign.pilot_percent,
        campaign.pilot_minutes,
        campaign.pilot_own,
    )


async def save(campaign_id: int, draft: Draft, by: Staff, seen_version: int, *, is_auto: bool = False) -> Campaign:
    """Save a draft over the version that was seen; whatever was asked or approved before is void.

    is_auto: saved while somebody types, which is never done to what is more than a draft. Refused: changed by another
    meanwhile, running or ended, values that can't be. Saving the same changes nothing.
    """
    permissions.require(by, "campaigns.edit")
    async with database.transaction():
        campaign = await listing.lock(campaign_id, by)
        if campaign.version != seen_version:
            raise Refused("另一位同事刚修改过这个活动，请刷新后再改", code="campaign.version", status=409)
        if is_auto and campaign.state != "draft":
            raise Refused("保存会作废已有的审批，请自行按“保存”", code="campaign.auto_approved", status=409)
        state = lifecycle.after("edit", campaign.state)
        before = await fingerprint.of(campaign)
        await _write(campaign, draft)
        if await fingerprint.of(campaign) == before:
            return campaign
        if campaign.state != "draft":
            await approvals.void(SUBJECT, campaign.id, "内容有修改")
            await recurring.call_off(campaign.id, "系列的内容有修改")
        await audit.record(by, "campaign.edited", SUBJECT, campaign.id, was=campaign.state, version=seen_version + 1)
        campaign.state, campaign.approved_hash, campaign.approved_at, campaign.hold_reason = state, "", None, ""
        campaign.version, campaign.last_editor_id = seen_version + 1, by.id
        await campaign.save()
        said = drafting_history.plain(await read(campaign))
        await drafting_history.keep(campaign.id, campaign.version, said, by, is_auto=is_auto)
    return campaign


async def copy(campaign_id: int, by: Staff) -> Campaign:
    """A new draft with the same content and audience, a new draw and no start time."""
    source = await listing.get(campaign_id, by)
    draft = await read(source)
    async with database.transaction():
        made = await create(source.kind, f"{source.name[:76]} 副本", by, channel=source.channel)
        # a date of the past copied along would only be refused later
        await save(made.id, dataclasses.replace(draft, name=made.name, starts_at=None, repeats={}), by, made.version)
        await audit.record(by, "campaign.copied", SUBJECT, made.id, source=source.id)
    return await listing.get(made.id, by)


async def _write(campaign: Campaign, draft: Draft) -> None:
    chosen = kind.of(campaign.kind)
    _check_name(draft.name)
    await including.check(draft.tree)
    if not 0 <= draft.control_percent <= MAX_CONTROL_PERCENT:
        raise Refused(f"对照组比例须在 0 到 {MAX_CONTROL_PERCENT}% 之间", code="campaign.control_percent")
    if not LATE_MINUTES[0] <= draft.late_minutes <= LATE_MINUTES[1]:
        raise Refused("允许迟发的时间须在 1 分钟到 24 小时之间", code="campaign.late_minutes")
    campaign.name, campaign.channel = draft.name.strip(), _channel(chosen, draft.channel)
    campaign.conditions, campaign.control_percent = draft.tree, draft.control_percent
    campaign.starts_at, campaign.late_minutes = draft.starts_at, draft.late_minutes
    campaign.products = await products.check_choice(draft.products)
    campaign.fallbacks = channels.check_fallbacks(campaign.channel, draft.fallbacks, chosen)
    campaign.spread_minutes, campaign.priority = channels.check_pace(draft.spread_minutes, draft.priority)
    campaign.pilot_percent, campaign.pilot_minutes, campaign.pilot_own = pilots.check(
        campaign.channel, draft.pilot_percent, draft.pilot_minutes, draft.pilot_own
    )
    goals.check(draft.goal, draft.goal_days, draft.guardrails)
    campaign.goal, campaign.goal_days, campaign.guardrails = draft.goal, draft.goal_days, dict(draft.guardrails)
    # an occurrence has its day; what repeats is its series
    campaign.repeats = recurring.check({} if campaign.series_id else draft.repeats, campaign.kind, draft.starts_at)
    await campaign.save()
    known = {plan.code for plan in chosen.steps}
    for step in draft.steps:
        if step.code not in known:
            raise Refused("没有这一步", code="campaign.step_unknown")
        await Step.filter(campaign_id=campaign.id, code=step.code).update(
            text=step.text,
            link_title=step.link_title.strip(),
            link_url=step.link_url.strip(),
            pieces=await carrying.check_choice(step.pieces),
        )
    await variants.write(campaign, draft.variants, known)
    if draft.details or chosen.is_open:
        await chosen.save(campaign, draft.details)


def _check_name(name: str) -> None:
    if not name.strip():
        raise Refused("请填写活动名称", code="campaign.name_missing")
    if len(name.strip()) > 80:
        raise Refused("活动名称最多 80 个字", code="campaign.name_long")


def _channel(chosen: kind.Kind, channel: str) -> str:
    if channel not in chosen.channels:
        raise Refused("这种活动不能使用这个渠道", code="campaign.channel")
    return channel
