"""Wake-ups of the inbox: each lane has a queue and a sweeper of its own."""

from __future__ import annotations

from kernel.tasks import task
from webhooks import handling, kinds, tallies


@task("urgent")
async def handle_urgent(ids: list[int]) -> None:
    """Handle callbacks that can't wait: a welcome code lives 20 s."""
    await handling.handle(ids)


@task("messages")
async def handle_messages(ids: list[int]) -> None:
    """Handle what a client wrote, tapped or scanned and waits for."""
    await handling.handle(ids)


@task("callbacks")
async def handle_callbacks(ids: list[int]) -> None:
    """Handle stored callbacks."""
    await handling.handle(ids)


@task("urgent")
async def sweep_urgent() -> None:
    """Handle what nobody was woken for and can't wait, in the worker that bulk work never reaches."""
    await handling.handle_left(kinds.URGENT)


@task("messages")
async def sweep_messages() -> None:
    """The same for what clients wait for."""
    await handling.handle_left(kinds.MESSAGES)


@task("callbacks")
async def sweep_unhandled() -> None:
    """Handle what nobody was woken for, what failed and has waited, and what a dead worker left, of every lane."""
    await handling.handle_left()


@task("default")
async def forget_minutes() -> None:
    """Delete the intake's old counts."""
    await tallies.forget_old()
