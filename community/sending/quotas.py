"""The quota ledger: what of the platform's allowance clients, groups and accounts have used, counted from the sends.

A message that waits for a member's confirmation holds its place; a result "over limit" says that somebody else, by hand
or in another app, used the rest of the window. Nothing is written here: the sends themselves are the ledger.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from community.sending import routing
from kernel import clock, database
from wechat import accounts, limits
from wechat.limits import GROUP_MESSAGE, Limit

COUNTED = {"wecom_message": GROUP_MESSAGE, "wecom_group": GROUP_MESSAGE, "oa_mass": "oa.mass.per_fan"}
"""Channels of which one recipient may get only so many, by limit: each client, group and fan has an own allowance."""
ACCOUNT = {"oa_service": "oa.api.cgi-bin/message/custom/send", "oa_template": "oa.template"}
"""Channels with an allowance of the whole account by the day."""
WAITS = timedelta(hours=24)
"""How long an unconfirmed message holds a place beyond the window it was asked for in: members confirm within a day."""
NEAR = 0.9
"""Up to this share of an account's allowance no exact count is needed."""
RECHECK_S = 10.0
OVER = 1_000_000
USED_SQL = """
count(*) FILTER (WHERE (s.state = 'delivered' AND s.delivered_at >= {began}) OR s.state = 'leased'
  OR (s.state IN ('requested', 'accepted', 'confirmed', 'unknown') AND s.requested_at >= {held_from}))
+ CASE WHEN bool_or(s.state = 'failed' AND s.reason = 'over_platform_quota' AND s.ended_at >= {began})
  THEN 1000000 ELSE 0 END
"""
"""Used places of the recipient that a query groups by; more than any allowance when the platform itself said so."""
OF_RECIPIENTS = f"""
SELECT s.recipient, ({USED_SQL.format(began="$2::timestamptz", held_from="$3::timestamptz")})::int AS used
FROM send s WHERE s.recipient = ANY($1::text[]) AND s.channel = $4 AND s.channel IN ('wecom_message', 'wecom_group')
  AND s.id <> ALL($5::bigint[])
GROUP BY s.recipient
"""  # noqa: S608  # only constants of this file are filled in
LOCK_GROUPS = """
SELECT id FROM client_group WHERE corpid = $1 AND chat_id = ANY($2::text[]) ORDER BY id FOR NO KEY UPDATE
"""
_FANS = "s.client_id IN (SELECT client_id FROM fan WHERE openid = ANY($1::text[]))"
# the index of the counting names the two channels of WeCom; those of fans are found by the client
OF_FANS = OF_RECIPIENTS.replace("s.channel IN ('wecom_message', 'wecom_group')", _FANS)
OF_ACCOUNT = """
SELECT (SELECT count(*) FROM send WHERE channel = $1 AND channel IN ('oa_service', 'oa_template')
    AND requested_at >= $2 AND id <> ALL($3::bigint[]) AND (app = $4 OR ($5 AND app = '')))
  + (SELECT count(*) FROM send WHERE state = 'leased' AND requested_at IS NULL AND channel = $1
    AND id <> ALL($3::bigint[]) AND (app = $4 OR ($5 AND app = '')))
"""  # a send without an app of its own goes through the primary one
SERIALISE = "SELECT pg_advisory_xact_lock(4242100 + $1)"


@dataclass(frozen=True, slots=True)
class Standing:
    """What one recipient may still get. used: places taken in the window; frees_at: when the next window begins."""

    limit: Limit
    allowed: int
    used: int
    frees_at: datetime
    said_over: bool = False

    @property
    def left(self) -> int:
        """Places left in the window."""
        return max(0, self.allowed - self.used)


@dataclass
class Reserving:
    """The allowances that a chunk of claimed sends draws on; `take` notes each that goes out."""

    used: dict[tuple[str, str], int] = field(default_factory=dict)
    allowed: dict[str, int] = field(default_factory=dict)
    frees: dict[str, datetime] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)

    def frees_at(self, channel: str, recipient: str) -> datetime | None:
        """None while there is a place, else when one becomes free."""
        over = channel in self.left and self.left[channel] <= 0
        if channel in self.allowed:
            over = self.used.get((channel, recipient), 0) >= self.allowed[channel]
        return self.frees[channel] if over else None

    def take(self, channel: str, recipient: str) -> None:
        """Note that one goes out."""
        if channel in self.allowed:
            self.used[channel, recipient] = self.used.get((channel, recipient), 0) + 1
        elif channel in self.left:
            self.left[channel] -= 1


@dataclass(slots=True)
class _Seen:
    """What this process counted last of an account's day."""

    began: datetime
    used: int
    at: datetime


_seen: dict[tuple[str, str], _Seen] = {}


async def reserving(channel: str, app: str, recipients: Sequence[str], ids: Sequence[int], at: datetime) -> Reserving:
    """The allowances of a chunk of one channel and account, whose locks keep two claims from one place.

    Inside the claim's transaction. ids: the claimed rows themselves, which are counted as they go out. Clients must
    be locked by the caller.
    """
    found = Reserving()
    if channel in COUNTED:
        await limits.refresh(0)
        if channel == "wecom_group":
            await database.fetch(LOCK_GROUPS, app, list(recipients))
        limit = limits.at(COUNTED[channel], at)
        found.allowed[channel], found.frees[channel] = limit.number(at), limit.frees(at)
        rows = await _used(channel, recipients, limit, at, ids)
        found.used = {(channel, recipient): used for recipient, used in rows.items()}
    elif channel in ACCOUNT:
        limit = limits.at(ACCOUNT[channel], at)
        found.frees[channel] = limit.frees(at)
        found.left[channel] = limit.number(at) - await _account_used(channel, app, limit, ids, at)
    return found


async def of_recipients(channel: str, recipients: Sequence[str]) -> dict[str, Standing]:
    """What each of some clients (external ids) or groups (chat ids) may still get by a channel of COUNTED."""
    await limits.refresh()
    now = clock.now()
    limit = limits.at(COUNTED[channel], now)
    used = await _used(channel, recipients, limit, now, [])
    allowed = limit.number(now)
    return {
        one: Standing(
            limit, allowed, min(used.get(one, 0), allowed), limit.frees(now), said_over=used.get(one, 0) >= OVER
        )
        for one in recipients
    }


async def of_accounts() -> dict[tuple[str, str], Standing]:
    """What each official account may still send today, by (channel, appid)."""
    await limits.refresh()
    now = clock.now()
    found: dict[tuple[str, str], Standing] = {}
    for channel, name in ACCOUNT.items():
        limit = limits.at(name, now)
        for app in accounts.every("official_account"):
            used = await _count(channel, app.receive_id, limit.began(now), [])
            found[channel, app.receive_id] = Standing(limit, limit.number(now), used, limit.frees(now))
    return found


def held_from(limit: Limit, at: datetime) -> datetime:
    """Unconfirmed messages asked for since then hold a place."""
    return min(limit.began(at), at - WAITS)


async def _used(
    channel: str, recipients: Sequence[str], limit: Limit, at: datetime, ids: Sequence[int]
) -> dict[str, int]:
    rows = await database.fetch(
        OF_FANS if channel == "oa_mass" else OF_RECIPIENTS,
        list(recipients),
        limit.began(at),
        held_from(limit, at),
        channel,
        list(ids),
    )
    return {row["recipient"]: row["used"] for row in rows}


async def _account_used(channel: str, app: str, limit: Limit, ids: Sequence[int], at: datetime) -> int:
    began, allowed = limit.began(at), limit.number(at)
    seen = _seen.get((channel, app))
    fresh = seen is not None and seen.began == began and timedelta(0) <= at - seen.at < timedelta(seconds=RECHECK_S)
    if seen is not None and fresh and seen.used + len(ids) < allowed * NEAR:
        return seen.used
    used = await _count(channel, app, began, ids)
    if used + len(ids) >= allowed * NEAR:
        # close to the end every claim counts exactly, one after the other
        await database.execute(SERIALISE, sorted(ACCOUNT).index(channel))
        used = await _count(channel, app, began, ids)
    _seen[channel, app] = _Seen(began, used, at)
    return used


async def _count(channel: str, app: str, began: datetime, ids: Sequence[int]) -> int:
    is_primary = app == routing.default("official_account")
    return int(await database.fetch_value(OF_ACCOUNT, channel, began, list(ids), app, is_primary))
