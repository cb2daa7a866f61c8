"""Claim due sends with a lease and let the gate judge them, all in one transaction: no slot is ever taken twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from community.sending import facts, gate, leases
from community.sending.leases import Leased
from kernel import clock, database, settings
from kernel.database import transaction

Lane = Literal["urgent", "campaigns"]
JOB_CHANNELS = ("wecom_message", "wecom_group")
"""Channels whose sends go out together, as one job of one member."""

CLAIM = f"""
UPDATE send SET state = 'leased', lease_owner = $1, lease_until = $2, reason = ''
FROM (
  SELECT s.id AS picked_id, coalesce(t.epoch, 0) AS epoch FROM send s LEFT JOIN stream t ON t.id = s.stream_id
  WHERE s.state = 'planned' AND s.due_at <= $3 AND {{which}}
  ORDER BY {{first}} s.due_at, s.id LIMIT $4 FOR UPDATE OF s SKIP LOCKED
) picked
WHERE id = picked_id RETURNING {leases.COLUMNS}, epoch
"""  # noqa: S608  # only constants of this file are filled in
HEAD = """
SELECT s.stream_id, s.channel, s.sender_userid, s.step FROM send s LEFT JOIN stream t ON t.id = s.stream_id
WHERE s.state = 'planned' AND s.due_at <= $1 AND s.channel = ANY($2::text[]) AND {which}
ORDER BY s.due_at, s.id LIMIT 1 FOR UPDATE OF s SKIP LOCKED
"""
URGENT = "s.stream_id IS NULL"
STREAMS = "s.stream_id IS NOT NULL AND t.is_open"
ONE_STREAM = "s.stream_id = {stream} AND t.is_open"
WELCOME_FIRST = "s.channel <> 'wecom_welcome',"


@dataclass(frozen=True, slots=True)
class Claim:
    """What one claim took: `taken` rows in all, of which the gate let `rows` through."""

    taken: int
    rows: list[Leased]


async def claim(owner: str, limit: int, *, lane: Lane, stream_id: int | None = None) -> Claim:
    """Claim up to `limit` due sends that go out one by one; the lane's, or one stream's."""
    which, more = _which(lane, stream_id, at=5)
    channels = f"s.channel <> ALL(${5 + len(more)}::text[])"
    first = WELCOME_FIRST if lane == "urgent" else ""
    statement = CLAIM.format(which=f"{which} AND {channels}", first=first)
    return await _claim(statement, owner, limit, *more, list(JOB_CHANNELS))


async def claim_job(owner: str, limit: int, *, lane: Lane, stream_id: int | None = None) -> Claim:
    """Claim up to `limit` due sends that one member can confirm as one job: same stream, step, channel and sender."""
    async with transaction():
        which, more = _which(lane, stream_id, at=3)
        head = await database.fetch_one(HEAD.format(which=which), clock.now(), list(JOB_CHANNELS), *more)
        if head is None:
            return Claim(0, [])
        which, more = _which(lane, head["stream_id"], at=5)
        place = 5 + len(more)
        same = f"s.channel = ${place} AND s.sender_userid = ${place + 1} AND s.step = ${place + 2}"
        statement = CLAIM.format(which=f"{which} AND {same}", first="")
        return await _claim(statement, owner, limit, *more, head["channel"], head["sender_userid"], head["step"])


async def _claim(statement: str, owner: str, limit: int, *more: object) -> Claim:
    async with transaction():
        now = clock.now()
        found = await database.fetch(statement, owner, now + leases.LEASE, now, limit, *more)
        rows = [leases.read(row) for row in found]
        return Claim(len(rows), await _judge(rows) if rows else [])


def _which(lane: Lane, stream_id: int | None, *, at: int) -> tuple[str, list[int]]:
    if stream_id is not None:
        return ONE_STREAM.format(stream=f"${at}"), [stream_id]
    return (URGENT if lane == "urgent" else STREAMS), []


async def _judge(rows: list[Leased]) -> list[Leased]:
    chunk = await facts.of_chunk(rows)
    allowed: list[Leased] = []
    denied: list[tuple[Leased, gate.Deny]] = []
    for row in sorted(rows, key=lambda one: one.id):
        verdict = gate.may_send(chunk.of(row))
        if isinstance(verdict, gate.Deny):
            denied.append((row, verdict))
        else:
            allowed.append(row)
            chunk.count(row)
    await _reserve(allowed)
    await _skip([(row, deny) for row, deny in denied if deny.until is None])
    await _move([(row, deny) for row, deny in denied if deny.until is not None])
    return allowed


async def _reserve(rows: Sequence[Leased]) -> None:
    counted = [row.id for row in rows if facts.counts_against_caps(row)]
    if counted:
        await database.execute("UPDATE send SET counted_on = $2 WHERE id = ANY($1::bigint[])", counted, clock.today())
    windows = Counter(row.recipient for row in rows if row.channel == "oa_service")
    if windows:
        await database.execute(
            "UPDATE fan SET window_left = window_left - taken.n"
            " FROM unnest($2::text[], $3::int[]) AS taken(openid, n)"
            " WHERE fan.appid = $1 AND fan.openid = taken.openid",
            settings.get().oa_appid,
            list(windows),
            list(windows.values()),
        )


async def _skip(denied: Sequence[tuple[Leased, gate.Deny]]) -> None:
    if denied:
        await database.execute(
            "UPDATE send SET state = 'skipped', reason = said.reason, ended_at = $3, lease_owner = '',"
            " lease_until = NULL FROM unnest($1::bigint[], $2::text[]) AS said(id, reason) WHERE send.id = said.id",
            [row.id for row, _ in denied],
            [deny.reasons[0] for _, deny in denied],
            clock.now(),
        )


async def _move(denied: Sequence[tuple[Leased, gate.Deny]]) -> None:
    if denied:
        await database.execute(
            "UPDATE send SET state = 'planned', reason = said.reason, due_at = said.due_at, lease_owner = '',"
            " lease_until = NULL FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS said(id, reason, due_at)"
            " WHERE send.id = said.id",
            [row.id for row, _ in denied],
            [deny.reasons[0] for _, deny in denied],
            [deny.until for _, deny in denied],
        )
