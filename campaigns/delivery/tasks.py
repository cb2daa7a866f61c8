"""Wake-ups of campaigns: the clock asks every few seconds, a lost call is only delay."""

from __future__ import annotations

from campaigns.delivery import brakes, finishing, freezing, planning_sends
from campaigns.kinds import registry
from campaigns.planning import running
from kernel.tasks import task

KINDS = registry.KINDS


@task("campaigns")
async def start_due_campaigns() -> None:
    """Start or hold what is due, freeze what was started, plan what is due of it."""
    await running.start_due()
    for campaign_id in await freezing.unfrozen():
        freeze_campaign.later(campaign_id)
    for step_id in await planning_sends.due_steps():
        plan_step.later(step_id)


@task("campaigns")
async def freeze_campaign(campaign_id: int) -> None:
    """Freeze one started campaign and go on with its first message at once."""
    await freezing.freeze(campaign_id)
    for step_id in await planning_sends.due_steps():
        await planning_sends.plan_step(step_id)


@task("campaigns")
async def plan_step(step_id: int) -> None:
    """Plan the sends of one due step."""
    await planning_sends.plan_step(step_id)


@task("campaigns")
async def finish_campaigns() -> None:
    """Pause what goes wrong too often, end what has nothing open any more."""
    await brakes.apply()
    await finishing.finish_all()
