"""Wake-ups of journeys: the clock asks every few seconds, a lost call is only delay."""

from __future__ import annotations

from campaigns.journeys import advancing, writing
from kernel.tasks import task

# importing the renderer is what makes the texts of journeys known to a worker
PREFIX = writing.PREFIX


@task("campaigns")
async def advance_journeys() -> None:
    """Every few seconds: wake one task for each journey in which somebody may enter or go on."""
    for journey_id in await advancing.moving():
        advance_journey.later(journey_id)


@task("campaigns")
async def advance_journey(journey_id: int) -> None:
    """Let in who is to enter, and do every step that is due."""
    await advancing.advance(journey_id)
