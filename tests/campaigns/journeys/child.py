"""A worker that moves one journey on until nothing is due, in a process of its own, so that it can be killed."""

from __future__ import annotations

import asyncio
import sys

from campaigns.journeys import advancing
from kernel import database, settings, tasks
from processes import registrations, schema

assert registrations.REGISTERED


async def main(journey_id: int) -> None:
    """Move it on."""
    tasks.connect(settings.get().redis_url)
    await database.open_database(schema.config(pool=(1, 2)))
    while await advancing.advance(journey_id):
        pass
    await database.close_database()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
