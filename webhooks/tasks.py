"""Wake-ups of the inbox."""

from __future__ import annotations

from kernel.tasks import task
from webhooks import handling, kinds


@task("urgent")
async def handle_urgent(ids: list[int]) -> None:
    """Handle callbacks that can't wait: a welcome code lives 20 s."""
    await handling.handle(ids)


@task("callbacks")
async def handle_callbacks(ids: list[int]) -> None:
    """Handle stored callbacks."""
    await handling.handle(ids)


@task("urgent")
async def sweep_urgent() -> None:
    """The same for what can't wait, in the worker that bulk work never reaches."""
    await handling.handle_left(kinds.URGENT)


@task("callbacks")
async def sweep_unhandled() -> None:
    """Handle what nobody was woken for, what failed and has waited, and what a dead worker left; every few seconds."""
    await handling.handle_left()
