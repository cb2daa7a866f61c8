"""A rotation of the data keys as the operator's command sees it: begun or taken up, worked on here, told as it goes."""

from __future__ import annotations

import asyncio

from kernel import epochs, rotating
from staff.keys import ruling

SECONDS = 5.0


async def rotate() -> int:
    """Rotate to the end; the workers help when they run. The exit code is 1 when somebody paused it meanwhile."""
    rotation, _ = await epochs.newest_rotation()
    if rotation is None or rotation.state == "done":
        rotation = await ruling.rotate(None)
        print(f"epoch {rotation.epoch} is announced")
    while rotation.state == "running":
        if not await rotating.work(SECONDS):
            await asyncio.sleep(SECONDS)  # the new key is not known everywhere yet, or the old one has not settled
        await rotation.refresh_from_db()
        _, columns = await epochs.newest_rotation()
        done, seen, total = (sum(getattr(one, name) for one in columns) for name in ("done", "seen", "total"))
        print(f"{rotation.state}: {seen} of {total} values seen, {done} sealed anew")
    return 0 if rotation.state == "done" else 1
