"""Wake-ups of exports; each is safe to run twice."""

from __future__ import annotations

from kernel import clock, database
from kernel.tasks import task
from staff.exports import fetching, preparing

_WAITING = "SELECT id FROM export WHERE state = 'preparing' AND coalesce(leased_until < $1, TRUE) ORDER BY id LIMIT 50"


@task("default")
async def prepare(export_id: int) -> None:
    """Make one export's file."""
    await preparing.prepare(export_id)


@task("default")
async def sweep() -> None:
    """For the clock: files whose maker died, links whose day is over."""
    for row in await database.fetch(_WAITING, clock.now()):
        await preparing.prepare(row["id"])
    await fetching.expire_due()
