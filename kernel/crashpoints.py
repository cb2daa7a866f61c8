"""Named places at which a test can have the process killed, as power loss would: SIGKILL, no clean-up."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from kernel import settings


def pass_by(name: str) -> None:
    """Kill this process when HUILIU_CRASH_AT names this point and its counter file still holds a number above zero.

    HUILIU_CRASH_AT is `point=file`: the file holds how many kills are left, so that a restarted process survives.
    """
    wanted = settings.get().crash_at
    if not wanted:
        return
    for part in wanted.split(","):
        point, _, counter = part.partition("=")
        if point == name and _take_one(Path(counter)):
            os.kill(os.getpid(), signal.SIGKILL)


def _take_one(counter: Path) -> bool:
    try:
        left = int(counter.read_text())
    except (OSError, ValueError):
        return False
    if left > 0:
        counter.write_text(str(left - 1))
    return left > 0
