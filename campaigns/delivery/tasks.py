"""Wake-ups of campaigns: the clock asks every few seconds, a lost call is only delay."""

from __future__ import annotations

from campaigns.delivery import brakes, finishing, freezing, planning_sends
from campaigns.kinds import registry
from campaigns.planning import goals_kept, recurring, running
from kernel.tasks import task

# importing the registry is what makes the kinds known to a worker
KINDS = registry.KINDS


@task("campaigns")
async def start_due_campaigns() -> None:
    """Every few seconds: pause what lay too long; wake a task for each campaign to start, and each message to plan."""
    await brakes.pause_closed()
    for campaign_id in await running.due() + await freezing.unfrozen():
        start_campaign.later(campaign_id)
    for step_id in await planning_sends.due_steps():
        plan_step.later(step_id)


@task("campaigns")
async def start_campaign(campaign_id: int) -> None:
    """Start one campaign if it is due, freeze its audience if that is still to do, and plan its first message."""
    await running.start_if_due(campaign_id)
    await freezing.freeze(campaign_id)
    for step_id in await planning_sends.due_steps(campaign_id):
        await planning_sends.plan_step(step_id)


@task("campaigns")
async def plan_step(step_id: int) -> None:
    """Plan the sends of one due step."""
    await planning_sends.plan_step(step_id)


@task("campaigns")
async def finish_campaigns() -> None:
    """Every half minute: pause what goes wrong too often, end what has nothing open any more."""
    await brakes.apply()
    await goals_kept.stop_passed()
    await finishing.finish_all()


@task("campaigns")
async def make_occurrences() -> None:
    """Every few minutes: what a series brings within the month stands in the calendar as campaigns of their own."""
    await recurring.make_all()
