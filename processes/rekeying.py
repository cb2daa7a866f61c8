"""A rotation of the data keys as the operator's command sees it: begun or taken up, worked on here, told as it goes."""

from __future__ import annotations

import asyncio

from kernel import epochs, rotating
from kernel.models import KeyRotation
from staff.keys import ruling

SECONDS = 5.0
PAUSE = 1.0


async def rotate() -> int:
    """Rotate to the end; the workers help when they run. The exit code is 1 when somebody paused it meanwhile."""
    rotation, _ = await epochs.newest_rotation()
    if rotation is None or rotation.state == "done":
        rotation = await ruling.rotate(None)
        print(f"epoch {rotation.epoch} is announced", flush=True)
    told = await _tell(rotation, "")
    while rotation.state == "running":
        is_more = await rotating.work(SECONDS)
        await rotation.refresh_from_db()
        told = await _tell(rotation, told)
        if rotation.state == "running" and not is_more:
            await asyncio.sleep(PAUSE)
    return 0 if rotation.state == "done" else 1


async def _tell(rotation: KeyRotation, told: str) -> str:
    """Print how far it is, when that is news."""
    _, columns = await epochs.newest_rotation()
    done, seen, total = (sum(getattr(one, name) for one in columns) for name in ("done", "seen", "total"))
    # rows that came meanwhile are seen too
    line = f"{rotation.state}: {seen} of {max(seen, total)} values seen, {done} sealed anew"
    if rotation.state == "running":
        if await epochs.is_announced(rotation.epoch):
            line += "; waiting until every process knows the new key"
        elif all(one.is_through for one in columns):
            line += "; waiting a minute or two until nobody seals with the old key any more"
    if line != told:
        print(line, flush=True)
    return line
