"""Channels that must not be used for now, with the reason that staff see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from community.sending import routing
from community.sending.models import ChannelHold
from kernel import clock, database, logs
from wechat import breaking

_log = logs.get(__name__)


@dataclass(frozen=True, slots=True)
class Hold:
    """Why a channel rests, and until when (None: until a person ends it); for one account, or for all (no `app`)."""

    reason: str
    until: datetime | None
    app: str = ""


class Holds(dict[tuple[str, str], Hold]):
    """What rests now, by channel and account."""

    def of(self, channel: str, app: str) -> Hold | None:
        """Why a channel must not be used through this account."""
        return self.get((channel, "")) or self.get((channel, app))


async def hold(channel: str, reason: str, until: datetime | None, *, app: str = "") -> None:
    """Rest a channel, of one account or of all; one that rests already is only extended."""
    extended = await database.execute(
        "UPDATE channel_hold SET reason = $2,"
        " until_at = CASE WHEN $3::timestamptz IS NULL OR until_at IS NULL THEN NULL ELSE greatest(until_at, $3) END"
        " WHERE channel = $1 AND app = $5 AND ended_at IS NULL AND (until_at IS NULL OR until_at > $4)",
        channel,
        reason,
        until,
        clock.now(),
        app,
    )
    if not extended:
        await ChannelHold.create(channel=channel, app=app, reason=reason, until_at=until)
        _log.warning("channel.held", channel=channel, app=app, reason=reason)


async def release(channel: str, *, app: str = "") -> None:
    """Use the channel again, through one account or through all (no `app`); its calls are tried again as well."""
    await database.execute(
        "UPDATE channel_hold SET ended_at = $2 WHERE channel = $1 AND ended_at IS NULL AND $3 IN ('', app)",
        channel,
        clock.now(),
        app,
    )
    await breaking.release_account(routing.side_of(channel), app)


async def active() -> Holds:
    """The channels that rest now."""
    rows = await database.fetch(
        "SELECT channel, app, reason, until_at FROM channel_hold"
        " WHERE ended_at IS NULL AND (until_at IS NULL OR until_at > $1) ORDER BY id",
        clock.now(),
    )
    return Holds({(row["channel"], row["app"]): Hold(row["reason"], row["until_at"], row["app"]) for row in rows})
