"""Channels that must not be used for now, with the reason that staff see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.sending.models import ChannelHold
from kernel import clock, database, logs

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a channel rests, and until when (None: until a person ends it)."""

    reason: str
    until: datetime | None


async def hold(channel: str, reason: str, until: datetime | None) -> None:
    """Rest a channel; a channel that rests already is only extended."""
    extended = await database.execute(
        "UPDATE channel_hold SET reason = $2,"
        " until_at = CASE WHEN $3::timestamptz IS NULL OR until_at IS NULL THEN NULL ELSE greatest(until_at, $3) END"
        " WHERE channel = $1 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $4)",
        channel,
        reason,
        until,
        clock.now(),
    )
    if not extended:
        await ChannelHold.create(channel=channel, reason=reason, until_at=until)
        _log.warning("channel.held", channel=channel, reason=reason)


async def release(channel: str) -> None:
    """Use the channel again."""
    await database.execute(
        "UPDATE channel_hold SET ended_at = $2 WHERE channel = $1 AND ended_at IS NULL", channel, clock.now()
    )


async def active() -> dict[str, Hold]:
    """The channels that rest now."""
    rows = await database.fetch(
        "SELECT channel, reason, until_at FROM channel_hold"
        " WHERE ended_at IS NULL AND (until_at IS NULL OR until_at > $1) ORDER BY id",
        clock.now(),
    )
    return {row["channel"]: Hold(row["reason"], row["until_at"]) for row in rows}
