"""Files waiting to be fetched may name an erased person: they are not handed out any more."""

from __future__ import annotations

from kernel import database

# a file in a zip can't be looked through where it lies, and lives a day at most: all that are still here go
EXPIRE = "UPDATE export SET state = 'expired' WHERE state = 'ready'"
# whoever is making one finds itself overtaken, and the file is made anew from what is then there
AGAIN = "UPDATE export SET leased_until = NULL WHERE state = 'preparing'"


async def drop_files() -> int:
    """Drop the waiting files, which may name an erased person; how many exports must be asked for again."""
    dropped = await database.execute(EXPIRE)
    await database.execute(AGAIN)
    await database.execute("DELETE FROM export_part")
    return dropped
