"""Handling a stored callback: its recipe and its mark as handled are one transaction, so that effects happen once."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

import asyncpg

from kernel import crashpoints, database, logs
from kernel.errors import Later
from webhooks import directory, inbox, kinds, quarantine, turns
from webhooks.inbox import Claimed
from wechat import callbacks

ROOT = Path(__file__).resolve().parent.parent
BITE = 20
_log = logs.get(__name__)


async def handle(ids: Sequence[int]) -> int:
    """Handle those of `ids` that are free; how many were taken."""
    taken = 0
    for start in range(0, len(ids), BITE):
        taken += await _handle_all(await inbox.claim(ids[start : start + BITE], BITE))
    return taken


async def handle_left(lane: str = "", limit: int = 1000) -> int:
    """Handle whatever is due and was left (of one lane, or of all); how many were taken."""
    taken = 0
    while taken < limit and (claimed := await inbox.claim_left(BITE, lane)):
        taken += await _handle_all(claimed)
    return taken


async def _handle_all(claimed: Sequence[Claimed]) -> int:
    # one transaction for all: each one of its own would cost more than most recipes do. Whatever goes wrong with one of
    # them undoes all of them, and then each is handled by itself
    ordinary = [one for one in claimed if one.lane != kinds.URGENT]
    together = ordinary if len(ordinary) > 1 and await _handle_together(ordinary) else ()
    for callback in claimed:
        if callback not in together:
            await _handle(callback)
    return len(claimed)


async def _handle_together(claimed: Sequence[Claimed]) -> bool:
    try:
        async with database.transaction():
            events = [callbacks.parse(one.side, one.body(), one.app) for one in claimed]
            if not all(quarantine.is_followable(event) for event in events):
                return False
            await turns.take(events)
            for event in events:
                await directory.follow(event)
                crashpoints.pass_by("callback.before_commit")
            await inbox.finish_all(claimed)
    except Exception as error:
        # which one it was, and why, comes out when they are handled one by one
        _log.info("callback.one_by_one", callbacks=len(claimed), reason=type(error).__name__)
        return False
    return True


async def _handle(callback: Claimed) -> None:
    try:
        async with database.transaction():
            event = callbacks.parse(callback.side, callback.body(), callback.app)
            if quarantine.is_followable(event):
                await directory.follow(event)
                crashpoints.pass_by("callback.before_commit")
                await inbox.finish(callback)
            else:
                await quarantine.set_aside(callback, event)
    except inbox.LostClaim:
        _log.warning("callback.claim_lost", callback=callback.id)
    except Later as later:
        await inbox.fail(callback, later.reason, later.after)
    except asyncpg.DeadlockDetectedError:
        # somebody else was about to write of the same people: nobody's fault, and soon over
        _log.info("callback.in_the_way", callback=callback.id, kind=callback.kind)
        await inbox.fail(callback, "deadlock", 1.0)
    except Exception as error:
        # whatever went wrong with one callback must not stop the others; the row says what and where
        is_dead = await inbox.fail(callback, _describe(error))
        _log.exception("callback.failed", callback=callback.id, kind=callback.kind, dead=is_dead)


def _describe(error: Exception) -> str:
    # type and place only: messages of the database may quote values
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(ROOT))]
    ours = [frame for frame in ours if ".venv" not in frame.filename]
    place = f" at {Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{place}"
