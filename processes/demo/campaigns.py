"""Campaigns of the sample bank: written, submitted, approved by a second person, sent, and confirmed on phones."""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from campaigns.delivery import finishing, freezing, planning_sends
from campaigns.kinds import registry
from campaigns.planning import approval, drafting, running
from campaigns.planning.drafting import StepText
from campaigns.planning.models import Campaign
from campaigns.planning.variants import Version
from community.sending import cancelling, dispatching, results
from kernel import clock
from processes.demo import cast
from processes.demo.people import sandbox
from staff.models import Approval, Staff

KINDS = registry.KINDS
MORNING = time(10)
MAKER, CHECKER = "lin.yue", "zhao.heng"
CONFIRMED_AFTER, OVER_AFTER = timedelta(hours=3), timedelta(days=4)


@dataclass(frozen=True)
class Plan:
    """What the maker writes; `text` of the main message (empty: the kind's own words)."""

    kind: str
    name: str
    tree: dict[str, Any]
    starts_at: datetime
    text: str = ""
    control_percent: int = 20
    details: dict[str, Any] = dataclasses.field(default_factory=dict)
    products: tuple[str, ...] = ()
    variants: tuple[Version, ...] = ()


def between(least_yuan: int | None, below_yuan: int | None) -> dict[str, Any]:
    """The condition of a balance band."""
    ends = [None if yuan is None else yuan * 100 for yuan in (least_yuan, below_yuan)]
    return {"field": "balance", "op": "between", "value": ends}


def in_tiers(*codes: str) -> dict[str, Any]:
    """The condition of a tier."""
    return {"field": "tier", "op": "in", "value": list(codes)}


@contextlib.asynccontextmanager
async def at(moment: datetime) -> AsyncIterator[None]:
    """The bank and WeChat live at a moment of the past inside the block."""
    async with sandbox() as control:
        with clock.frozen(moment):
            await control.clock(set=moment.timestamp())
            try:
                yield
            finally:
                await control.clock(set=datetime.now(moment.tzinfo).timestamp())


async def submitted(plan: Plan) -> Campaign:
    """A campaign that waits for approval; the one that exists already, when there is one of this name."""
    if found := await Campaign.get_or_none(name=plan.name):
        return found
    maker = await Staff.get(login=MAKER)
    made = await drafting.create(plan.kind, plan.name, maker, control_percent=plan.control_percent)
    draft = await drafting.read(made)
    steps = tuple(_with_text(step, plan.text) for step in draft.steps)
    draft = dataclasses.replace(
        draft,
        tree=plan.tree,
        control_percent=plan.control_percent,
        starts_at=plan.starts_at,
        steps=steps,
        details=plan.details,
        products=plan.products,
        variants=plan.variants,
    )
    saved = await drafting.save(made.id, draft, maker, made.version)
    await approval.submit(saved.id, maker)
    return await Campaign.get(id=saved.id)


async def sent(plan: Plan) -> Campaign:
    """A campaign that was approved an hour before its start, sent in time and confirmed by all members but one."""
    async with at(plan.starts_at - timedelta(hours=1)):
        campaign = await submitted(plan)
        await _approve(campaign)
    async with at(plan.starts_at):
        await running.start_if_due(campaign.id)
        await freezing.freeze(campaign.id)
        for step_id in await planning_sends.due_steps(campaign.id):
            await planning_sends.plan_step(step_id)
        stream_id = (await Campaign.get(id=campaign.id)).stream_id
        while await dispatching.dispatch(lane="campaigns", stream_id=stream_id):
            pass
    async with at(plan.starts_at + CONFIRMED_AFTER), sandbox() as control:
        for person in cast.with_clients()[:-1]:
            await control.act("member.confirm_groupmsg", userid=person.login)
        while await results.poll():
            pass
    return await Campaign.get(id=campaign.id)


async def finished(plan: Plan) -> Campaign:
    """A campaign of the past, sent and over."""
    campaign = await sent(plan)
    async with at(plan.starts_at + OVER_AFTER):
        # the job that nobody confirmed was taken back then, not when the bank is first looked at
        await cancelling.cancel_jobs()
        await finishing.finish_all()
    return await Campaign.get(id=campaign.id)


async def _approve(campaign: Campaign) -> None:
    waiting = await Approval.get_or_none(subject=drafting.SUBJECT, subject_id=campaign.id, state="waiting")
    if waiting is not None:
        await approval.approve(campaign.id, await Staff.get(login=CHECKER), waiting.content_hash)


def _with_text(step: StepText, text: str) -> StepText:
    return dataclasses.replace(step, text=text) if text and step.code == "main" else step
