"""A dispatcher in a process of its own, to be killed: `python -m tests.community.sending.child STREAM`."""

from __future__ import annotations

import asyncio
import sys

from community.sending import dispatching
from kernel import cache, database, settings
from processes import schema
from tests.community.sending import staging
from wechat import doors

assert staging.render


async def main(stream_id: int) -> None:
    """Dispatch until nothing is due."""
    await database.open_database(schema.config(settings.get().database_url, pool=(1, 4)))
    try:
        while await dispatching.dispatch(60, lane="campaigns", stream_id=stream_id):
            pass
    finally:
        await doors.close()
        await cache.close_redis()
        await database.close_database()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
